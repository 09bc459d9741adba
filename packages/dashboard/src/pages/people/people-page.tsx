import { allPages, type Organization } from '@coder/api';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { plainName } from '../../lib/plain-name.ts';
import { SelectField } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Empty, Loading, Page, Panel } from '../../ui/page.tsx';
import { Groups } from './groups.tsx';
import { Members } from './members.tsx';

/** Who belongs to an organization, and its groups; of the organizations that the user can see. */
export function PeoplePage() {
  const { organization: wanted } = useSearch({ from: '/signed-in/shell/people' });
  const { data, error } = useQuery({
    queryKey: ['organizations', 'list'],
    queryFn: () => allPages((page) => api.organizations.list(page)),
  });
  const shown =
    data?.find(({ name }) => name === wanted) ?? data?.find(({ is_default }) => is_default) ?? data?.[0];
  return (
    <Page
      title="People"
      lead="Who belongs to an organization with which roles, and its groups. Roles, groups and quotas are changed with the coder command."
      actions={data && data.length > 1 && shown && <Choice organizations={data} shown={shown} />}
    >
      {error && <Failure error={error} />}
      {data === undefined && !error && (
        <Panel flush>
          <Loading />
        </Panel>
      )}
      {data?.length === 0 && (
        <Panel flush>
          <Empty title="You belong to no organization">An administrator can make you a member of one.</Empty>
        </Panel>
      )}
      {shown && (
        <>
          <Members key={`members of ${shown.id}`} organization={shown.id} />
          <Groups key={`groups of ${shown.id}`} organization={shown.id} />
        </>
      )}
    </Page>
  );
}

function Choice({ organizations, shown }: { organizations: Organization[]; shown: Organization }) {
  const navigate = useNavigate();
  return (
    <SelectField
      label="Organization"
      value={shown.name}
      onChange={(event) =>
        void navigate({ to: '/people', search: { organization: event.currentTarget.value } })
      }
    >
      {organizations.map(({ id, name, display_name }) => (
        <option key={id} value={name}>
          {plainName(display_name, name)}
        </option>
      ))}
    </SelectField>
  );
}
