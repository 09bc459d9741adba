import { type Approval, approvalOutcome, approvalTitle } from '@coder/api';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { hasStatus } from '../../api.ts';
import { approvalQuery, meQuery } from '../../queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Loading, Page, Panel } from '../../ui/page.tsx';
import { Decide } from './decide.tsx';
import { Asker, RequestDetails } from './request.tsx';
import { statuses } from './words.ts';

/** One request: exactly what is asked, and the decision. */
export function ApprovalPage() {
  const { approval: id } = useParams({ from: '/signed-in/shell/approvals/$approval' });
  const { data, error } = useQuery(approvalQuery(id));
  if (data) return <Shown approval={data} />;
  const gone = hasStatus(error, 404) || hasStatus(error, 400);
  return (
    <Page title={gone ? 'There is no such request' : 'Approval'} lead={<BackLink />} narrow>
      {gone ? (
        <Notice>
          <p>
            It is not yours to decide, or it has been over for a day. If your client still asks, let it make
            its call again.
          </p>
        </Notice>
      ) : error ? (
        <Failure error={error} />
      ) : (
        <Panel flush>
          <Loading rows={4} />
        </Panel>
      )}
    </Page>
  );
}

function Shown({ approval }: { approval: Approval }) {
  const { data: me } = useQuery(meQuery);
  const status = statuses[approval.status];
  return (
    <Page
      title={approvalTitle(approval)}
      lead={<BackLink />}
      actions={
        <Badge tone={status.tone} dot>
          {approval.status === 'pending' && me?.id !== approval.user_id ? 'Waits' : status.text}
        </Badge>
      }
      narrow
    >
      <Panel>
        <div className="space-y-5">
          <p>
            Asked by <Asker approval={approval} />. {approvalOutcome(approval)}
          </p>
          {me && me.id !== approval.user_id && (
            <Notice tone="warn">
              <p>
                This was asked in the name of <strong>{approval.username}</strong>, not in yours. You decide
                in their place.
              </p>
            </Notice>
          )}
          <RequestDetails approval={approval} />
          <Decide approval={approval} />
        </div>
      </Panel>
    </Page>
  );
}

function BackLink() {
  return (
    <Link to="/approvals" className="rounded text-accent hover:underline">
      All approvals
    </Link>
  );
}
