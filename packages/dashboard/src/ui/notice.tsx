import type { ReactNode } from 'react';
import { explain } from '../api.ts';
import { Icon } from './icon.tsx';

type Tone = 'info' | 'warn' | 'bad' | 'good';

const tones: Record<Tone, string> = {
  info: 'border-line bg-sunken [&>svg]:text-muted',
  warn: 'border-warn/40 bg-warn/8 [&>svg]:text-warn',
  bad: 'border-bad/40 bg-bad/8 [&>svg]:text-bad',
  good: 'border-good/40 bg-good/8 [&>svg]:text-good',
};

export function Notice({ tone = 'info', children }: { tone?: Tone; children: ReactNode }) {
  const icon = tone === 'good' ? 'check' : tone === 'info' ? 'info' : 'warn';
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={`flex gap-2.5 rounded-md border px-3 py-2.5 leading-snug [&>svg]:mt-0.5 ${tones[tone]}`}
    >
      <Icon name={icon} />
      <div className="min-w-0 flex-1 space-y-1.5 [overflow-wrap:anywhere]">{children}</div>
    </div>
  );
}

/** What went wrong, in the server's words, which also say what to do next. */
export function Failure({ error }: { error: unknown }) {
  return (
    <Notice tone="bad">
      <p>{explain(error)}</p>
    </Notice>
  );
}
