import type { ReactNode } from 'react';
import { Logo } from './logo.tsx';

/** A page for one decision, without the shell: signing in, allowing an application. */
export function CardPage({
  title,
  lead,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh justify-center px-4 py-8 sm:py-[6vh]">
      <div className="w-full max-w-lg space-y-5">
        <div className="flex justify-center">
          <Logo />
        </div>
        <div className="space-y-5 rounded-lg border border-line bg-surface p-5 shadow-sm sm:p-6">
          <div className="space-y-1">
            <h1 className="text-lg font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
            {lead !== undefined && <div className="text-pretty text-muted">{lead}</div>}
          </div>
          {children}
        </div>
      </div>
    </main>
  );
}
