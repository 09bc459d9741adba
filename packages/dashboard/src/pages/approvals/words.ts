import type { ApprovalStatus } from '@coder/api';
import type { Tone } from '../../ui/badge.tsx';

export const statuses: Record<ApprovalStatus, { text: string; tone: Tone }> = {
  pending: { text: 'Waits for you', tone: 'busy' },
  approved: { text: 'Approved', tone: 'good' },
  denied: { text: 'Denied', tone: 'bad' },
  used: { text: 'Done', tone: 'idle' },
  expired: { text: 'Over', tone: 'idle' },
};

/** A value that fits on a line beside its name. */
export function isShort(shown: string): boolean {
  return shown.length <= 60 && !shown.includes('\n');
}
