import { type ApprovalClass, type ApprovalPolicy, approvalClasses, approvalClassTexts } from '@coder/api';
import { type QueryKey, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { deploymentPolicyQuery, meQuery, ownPolicyQuery } from '../../queries.ts';
import { mayOpen } from '../../shell/access.ts';
import { Choice } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { withClass } from './policy.ts';

/** What programs must ask about first: the user's own demands, and for owners those on everybody. */
export function ApprovalPolicyPage() {
  const { data: me } = useQuery(meQuery);
  const own = useQuery(ownPolicyQuery);
  const deployment = useQuery(deploymentPolicyQuery);
  return (
    <Page
      title="What needs approval"
      lead={
        <>
          Before a program does one of these in your name, it has to wait until you have seen what exactly it
          is and approved it. What you do here yourself needs no approval.{' '}
          <Link to="/approvals" className="rounded text-accent hover:underline">
            All approvals
          </Link>
        </>
      }
      narrow
    >
      <Panel title="Of your programs">
        <Switches
          label="What you want to approve first"
          policy={own.data}
          error={own.error}
          demanded={deployment.data?.classes ?? []}
          queryKey={ownPolicyQuery.queryKey}
          save={(classes) => api.approvals.updateUserPolicy({ user: 'me', classes })}
        />
      </Panel>
      {mayOpen(me, 'approvals') && (
        <Panel title="Of every user's programs">
          <Switches
            label="What each user has to approve first"
            policy={deployment.data}
            error={deployment.error}
            demanded={[]}
            queryKey={deploymentPolicyQuery.queryKey}
            save={(classes) => api.approvals.updatePolicy({ classes })}
          />
        </Panel>
      )}
    </Page>
  );
}

function Switches(props: {
  label: string;
  policy: ApprovalPolicy | undefined;
  error: Error | null;
  /** What an administrator demands already: a user cannot take it away. */
  demanded: readonly ApprovalClass[];
  queryKey: QueryKey;
  save: (classes: ApprovalClass[]) => Promise<ApprovalPolicy>;
}) {
  const { label, policy, error, demanded, queryKey, save } = props;
  const client = useQueryClient();
  const update = useMutation({
    mutationFn: save,
    onSuccess: async (saved) => {
      client.setQueryData(queryKey, saved);
      await client.invalidateQueries({ queryKey: ['approval-policy'] });
    },
  });
  const problem = error ?? update.error;
  return (
    <div className="space-y-3">
      {problem && <Failure error={problem} />}
      <fieldset disabled={!policy || update.isPending}>
        <legend className="sr-only">{label}</legend>
        {approvalClasses.map((name) => {
          const { title, description } = approvalClassTexts[name];
          const fixed = demanded.includes(name);
          return (
            <Choice
              key={name}
              type="checkbox"
              label={title}
              hint={fixed ? `${description} An administrator demands it of everybody.` : description}
              disabled={fixed}
              checked={fixed || (policy?.classes.includes(name) ?? false)}
              onChange={({ target }) =>
                policy && update.mutate(withClass(policy.classes, name, target.checked))
              }
            />
          );
        })}
      </fieldset>
    </div>
  );
}
