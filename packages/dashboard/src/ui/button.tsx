import type { ButtonHTMLAttributes } from 'react';
import { Spinner } from './spinner.tsx';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

const kinds: Record<Kind, string> = {
  primary: 'border-transparent bg-accent text-on-accent hover:bg-accent/88',
  plain: 'border-line bg-surface text-ink hover:bg-sunken',
  quiet: 'border-transparent text-muted hover:bg-sunken hover:text-ink',
  danger: 'border-transparent bg-bad text-on-bad hover:bg-bad/88',
};

/** The look of a button, for links that act as one. */
export function buttonClass(kind: Kind = 'plain', size: 'normal' | 'small' = 'normal'): string {
  const space = size === 'small' ? 'h-7 px-2.5 text-[13px]' : 'h-9 px-3.5';
  return `relative inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${space} ${kinds[kind]}`;
}

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: Kind;
  size?: 'normal' | 'small';
  /** Its action is under way: it cannot be pressed again, and keeps its width. */
  busy?: boolean;
};

export function Button({ kind, size, busy = false, disabled, children, className = '', ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass(kind, size)} ${className}`}
    >
      <span className={busy ? 'invisible inline-flex items-center gap-1.5' : 'contents'}>{children}</span>
      {busy && (
        <span className="absolute inset-0 flex items-center justify-center">
          <Spinner />
        </span>
      )}
    </button>
  );
}
