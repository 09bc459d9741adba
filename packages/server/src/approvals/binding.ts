import { createHash } from 'node:crypto';
import { APPROVAL_ARGUMENTS_LIMIT, ApiError } from '@coder/api';
import { holderOf } from '../authorization/index.ts';
import type { ApprovalAsk } from '../http/index.ts';
import type { Target } from './targets.ts';

/** What an approval is good for: one call of one caller. */
export type Binding = {
  readonly userId: string;
  readonly holder: string;
  readonly digest: Buffer;
};

/** Arguments as an approval keeps them, all of which a person sees. */
export type KeptArguments = {
  readonly sha256: string;
  /** As JSON. */
  readonly text: string;
};

/** The input without what the calling program chooses for itself and without the object, which the target names. */
export function argumentsOf({ meta, input }: Pick<ApprovalAsk, 'meta' | 'input'>): Record<string, unknown> {
  const left = new Set([...(meta.ignore ?? []), meta.target]);
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => !left.has(name) && value !== undefined),
  );
}

export function bindingOf(
  ask: Pick<ApprovalAsk, 'actor' | 'route'>,
  { type, id, part }: Pick<Target, 'type' | 'id' | 'part'>,
  args: Record<string, unknown>,
): Binding {
  return {
    userId: ask.actor.user.id,
    holder: holderOf(ask.actor),
    digest: sha256(canonical({ route: ask.route, type, id, part, arguments: args })).digest(),
  };
}

/** Throws PAYLOAD_TOO_LARGE for more than a person can be shown: nobody approves what nobody sees. */
export function keepArguments(args: Record<string, unknown>): KeptArguments {
  const text = JSON.stringify(args);
  if (text.length > APPROVAL_ARGUMENTS_LIMIT) {
    throw new ApiError('PAYLOAD_TOO_LARGE', {
      message: `This needs the approval of a person, who has to see all of it: its arguments have ${text.length} characters, and at most ${APPROVAL_ARGUMENTS_LIMIT} can be shown.`,
      detail:
        'Nothing has been done. Make it shorter, or several calls, each of which is approved by itself.',
    });
  }
  return { sha256: sha256(canonical(args)).digest('hex'), text };
}

const sha256 = (text: string) => createHash('sha256').update(text);

/** JSON in which the order of fields does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}
