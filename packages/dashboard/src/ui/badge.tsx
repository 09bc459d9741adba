import type { ReactNode } from 'react';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

const tones: Record<Tone, string> = {
  good: 'text-good bg-good/10',
  busy: 'text-busy bg-busy/10',
  warn: 'text-warn bg-warn/10',
  bad: 'text-bad bg-bad/10',
  idle: 'text-muted bg-muted/10',
};

export function Badge({
  tone = 'idle',
  dot = false,
  children,
}: {
  tone?: Tone;
  dot?: boolean;
  children: ReactNode;
}) {
  return (
    <span
      className={`inline-flex max-w-full items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {dot && (
        <span
          aria-hidden="true"
          className={`size-1.5 rounded-full bg-current ${tone === 'busy' ? 'animate-pulse' : ''}`}
        />
      )}
      <span className="truncate">{children}</span>
    </span>
  );
}
