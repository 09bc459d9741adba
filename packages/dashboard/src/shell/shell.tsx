import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { meQuery, waitingApprovalsQuery } from '../queries.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { mayOpen } from './access.ts';
import { Logo } from './logo.tsx';
import { UserMenu } from './user-menu.tsx';

type Entry = { to: string; text: string; icon: IconName };

const own: Entry[] = [
  { to: '/workspaces', text: 'Workspaces', icon: 'box' },
  { to: '/approvals', text: 'Approvals', icon: 'shield' },
  { to: '/settings/applications', text: 'Applications', icon: 'link' },
  { to: '/settings/tokens', text: 'Tokens', icon: 'key' },
  { to: '/people', text: 'People', icon: 'user' },
];
const applications: Entry = { to: '/admin/oauth2', text: 'OAuth2', icon: 'sliders' };

/** What stands around every page of a signed-in user. */
export function Shell() {
  const { data: me } = useQuery(meQuery);
  const entries: Entry[] = [
    ...own,
    ...(mayOpen(me, 'applications') ? [applications] : []),
    { to: '/audit', text: mayOpen(me, 'audit') ? 'Audit' : 'Activity', icon: 'list' },
  ];
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-30 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <div className="sticky top-0 z-10 border-b border-line bg-surface">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-6 px-4 sm:px-6">
          <Link to="/workspaces" className="flex h-13 items-center rounded" aria-label="Coder, workspaces">
            <Logo />
          </Link>
          <nav
            aria-label="Main"
            className="order-last -mx-2 flex w-[calc(100%+1rem)] flex-wrap gap-x-1 pb-1.5 md:order-none md:mx-0 md:w-auto md:p-0"
          >
            {entries.map(({ to, text, icon }) => (
              <Link
                key={to}
                to={to}
                className="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2.5 font-medium text-muted hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
              >
                <Icon name={icon} />
                {text}
                {to === '/approvals' && <Waiting />}
              </Link>
            ))}
          </nav>
          <div className="ml-auto">{me && <UserMenu user={me} />}</div>
        </div>
      </div>
      <main id="content" tabIndex={-1} className="flex-1 outline-none">
        <Outlet />
      </main>
    </div>
  );
}

/** How many requests wait for the user, beside the word for them. */
function Waiting() {
  const { data: count = 0 } = useQuery(waitingApprovalsQuery);
  if (count === 0) return null;
  return (
    <span className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-full bg-accent px-1 text-[11px] font-semibold text-on-accent tabular-nums">
      {count}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
