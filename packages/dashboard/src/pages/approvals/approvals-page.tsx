import { type Approval, approvalTitle, orderedArguments, shownArgument, visibleLine } from '@coder/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { approvalsQuery, meQuery, ownPolicyQuery } from '../../queries.ts';
import { mayOpen } from '../../shell/access.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { Asker } from './request.tsx';
import { statuses } from './words.ts';

/** What programs ask a person to approve: what waits, and what became of the rest. */
export function ApprovalsPage() {
  const { user = 'me' } = useSearch({ from: '/signed-in/shell/approvals' });
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const { data, error } = useQuery(approvalsQuery(user));
  const waiting = data?.approvals.filter(({ status }) => status === 'pending') ?? [];
  const earlier = data?.approvals.filter(({ status }) => status !== 'pending') ?? [];
  return (
    <Page
      title="Approvals"
      lead="What AI agents and other programs may do only after you have seen it."
      actions={
        <>
          {mayOpen(me, 'approvals') && (
            <div className="flex rounded-md border border-line">
              {(
                [
                  ['Mine', 'me'],
                  ['Of all users', 'all'],
                ] as const
              ).map(([text, whose]) => (
                <Button
                  key={whose}
                  kind="quiet"
                  aria-pressed={user === whose}
                  className="h-8.5! aria-pressed:bg-sunken aria-pressed:text-ink"
                  onClick={() =>
                    void navigate({ to: '/approvals', search: whose === 'me' ? {} : { user: whose } })
                  }
                >
                  {text}
                </Button>
              ))}
            </div>
          )}
          <Link to="/settings/approvals" className={buttonClass()}>
            What needs approval
          </Link>
        </>
      }
    >
      {error && <Failure error={error} />}
      {(data || !error) && (
        <Panel title="Waiting" flush>
          {data === undefined ? (
            <Loading rows={2} />
          ) : waiting.length === 0 ? (
            <NothingWaits />
          ) : (
            <Rows approvals={waiting} />
          )}
        </Panel>
      )}
      {earlier.length > 0 && (
        <Panel title="Earlier" flush>
          <Rows approvals={earlier} />
        </Panel>
      )}
    </Page>
  );
}

function NothingWaits() {
  const { data: policy } = useQuery(ownPolicyQuery);
  if (policy?.effective.length === 0) {
    return (
      <Empty title="No approval is demanded">
        Programs that you have connected do at once what they may do.{' '}
        <Link to="/settings/approvals" className="rounded text-accent hover:underline">
          Choose what you want to see first
        </Link>
        .
      </Empty>
    );
  }
  return (
    <Empty title="Nothing waits for you">
      When a program wants to do something that needs your approval, it appears here and the program gets a
      link to it.
    </Empty>
  );
}

function Rows({ approvals }: { approvals: readonly Approval[] }) {
  return (
    <ul className="divide-y divide-line">
      {approvals.map((approval) => (
        <Row key={approval.id} approval={approval} />
      ))}
    </ul>
  );
}

/** How much of what is asked a row shows; the page of the request has all of it. */
const longestHint = 160;

function Row({ approval }: { approval: Approval }) {
  const { text, tone } = statuses[approval.status];
  const [first] = orderedArguments(approval.arguments);
  const hint = approval.class === 'commands' && first ? visibleLine(shownArgument(first[1])) : '';
  const when =
    approval.status === 'pending' ? approval.created_at : (approval.used_at ?? approval.decided_at);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <Link
          to="/approvals/$approval"
          params={{ approval: approval.id }}
          className="rounded font-medium [overflow-wrap:anywhere] hover:underline"
        >
          {approvalTitle(approval)}
        </Link>
        {hint !== '' && (
          <p className="truncate font-mono text-[13px]" dir="ltr">
            {hint.slice(0, longestHint)}
          </p>
        )}
        <p className="text-[13px] text-muted">
          <Asker approval={approval} /> for {approval.username}, <Ago time={when ?? approval.expires_at} />
        </p>
      </div>
      <Badge tone={tone} dot={approval.status === 'pending'}>
        {approval.status === 'pending' ? (
          <>
            ends <Ago time={approval.expires_at} />
          </>
        ) : (
          text
        )}
      </Badge>
      {approval.status === 'pending' && (
        <Link
          to="/approvals/$approval"
          params={{ approval: approval.id }}
          className={buttonClass('primary', 'small')}
          aria-label={`Review: ${approvalTitle(approval)}`}
        >
          Review
        </Link>
      )}
    </li>
  );
}
