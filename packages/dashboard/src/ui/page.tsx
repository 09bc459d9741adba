import { type ReactNode, useEffect } from 'react';

/** Names the page in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Coder`;
  }, [title]);
}

/** A page of the shell: its heading, what can be done with the whole of it, and its content. */
export function Page({
  title,
  lead,
  actions,
  children,
  narrow = false,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Something to be read or decided, whose lines are not to grow too long. */
  narrow?: boolean;
}) {
  useTitle(title);
  return (
    <div className={`mx-auto w-full space-y-5 px-4 py-6 sm:px-6 ${narrow ? 'max-w-3xl' : 'max-w-6xl'}`}>
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
          {lead !== undefined && <div className="mt-1 max-w-2xl text-pretty text-muted">{lead}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A framed part of a page. */
export function Panel({
  title,
  actions,
  children,
  flush = false,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content reaches the frame: tables and logs. */
  flush?: boolean;
}) {
  return (
    <section className="overflow-hidden rounded-lg border border-line bg-surface">
      {title !== undefined && (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          <h2 className="min-w-0 font-semibold [overflow-wrap:anywhere]">{title}</h2>
          {actions}
        </div>
      )}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}

/** What stands where a list has nothing, with what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="px-4 py-12 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && (
        <div className="mx-auto mt-1 max-w-md text-pretty text-muted">{children}</div>
      )}
    </div>
  );
}

/** Rows in the place of a list that is on its way, so that nothing moves when it comes. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">Loading…</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: these rows are alike and never change places
        <div key={row} className="flex h-15 items-center gap-4 px-4">
          <div className="h-3 w-1/4 animate-pulse rounded bg-line" />
          <div className="h-3 w-1/6 animate-pulse rounded bg-line" />
          <div className="ml-auto h-3 w-20 animate-pulse rounded bg-line" />
        </div>
      ))}
    </div>
  );
}
