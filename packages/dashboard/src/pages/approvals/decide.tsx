import type { Approval } from '@coder/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Ago } from '../../ui/time.tsx';

type Decision = 'approve' | 'deny';

/** The two buttons, or what became of the request and what can still be done about it. */
export function Decide({ approval }: { approval: Approval }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: (decision: Decision) =>
      decision === 'approve'
        ? api.approvals.approve({ approval: approval.id })
        : api.approvals.deny({ approval: approval.id, ...(reason.trim() === '' ? {} : { reason }) }),
    onSuccess: (decided) => client.setQueryData(['approvals', 'one', decided.id], decided),
    // Somebody else may have decided, or the time is over: the page shows how it stands now.
    onSettled: () => client.invalidateQueries({ queryKey: ['approvals'] }),
  });
  const busy = decide.isPending ? decide.variables : undefined;
  return (
    <div className="space-y-4 border-t border-line pt-4">
      <Outcome approval={approval} />
      {decide.error && <Failure error={decide.error} />}
      {approval.status === 'pending' && (
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            // Enter in the field for the reason is a denial: nothing is ever approved by a stray key.
            event.preventDefault();
            decide.mutate('deny');
          }}
        >
          <div className="min-w-0 flex-1 basis-64">
            <Field
              label="Reason, if you deny it"
              hint="The program is told."
              maxLength={500}
              value={reason}
              autoComplete="off"
              onChange={({ target }) => setReason(target.value)}
            />
          </div>
          <div className="ml-auto flex gap-2 sm:pb-6.5">
            <Button type="submit" busy={busy === 'deny'} disabled={busy !== undefined}>
              Deny
            </Button>
            <Button
              kind="primary"
              busy={busy === 'approve'}
              disabled={busy !== undefined}
              onClick={() => decide.mutate('approve')}
            >
              Approve once
            </Button>
          </div>
        </form>
      )}
      {approval.status === 'approved' && (
        <Button busy={busy === 'deny'} onClick={() => decide.mutate('deny')}>
          Take it back
        </Button>
      )}
    </div>
  );
}

function Outcome({ approval }: { approval: Approval }) {
  const { status, decided_by: by, decided_at: at, expires_at: until, used_at: used, reason } = approval;
  switch (status) {
    case 'pending':
      return (
        <p role="status" className="text-muted">
          Nothing has been done yet. Without you nothing will be: the request ends <Ago time={until} />.
        </p>
      );
    case 'approved':
      return (
        <Notice tone="good">
          <p role="status">
            Approved by {by}. Go back to your client: it makes the same call again, with exactly these
            arguments, once. That works until{' '}
            <time dateTime={until}>{new Date(until).toLocaleTimeString()}</time>.
          </p>
        </Notice>
      );
    case 'used':
      return (
        <Notice>
          <p role="status">
            Approved by {by}
            {used && (
              <>
                {' '}
                and done <Ago time={used} />
              </>
            )}
            . The same call again needs a new approval.
          </p>
        </Notice>
      );
    case 'denied':
      return (
        <Notice>
          <p role="status">
            Denied by {by}
            {at && (
              <>
                {' '}
                <Ago time={at} />
              </>
            )}
            {reason !== '' && <>: “{reason}”</>}. The program has been told not to repeat it.
          </p>
        </Notice>
      );
    case 'expired':
      return (
        <Notice>
          <p role="status">
            This request is over, and nothing was done. If the program makes the call again, it asks anew.
          </p>
        </Notice>
      );
  }
}
