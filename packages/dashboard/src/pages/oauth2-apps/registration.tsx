import type { OAuth2Settings } from '@coder/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Copyable } from '../../ui/copy.tsx';
import { Choice } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';

const modes = [
  ['on', 'Any application', 'What claude.ai, ChatGPT and most others need.'],
  ['token', 'Only with an initial access token', 'You give it to those who may register an application.'],
  [
    'off',
    'Nobody',
    'Only applications entered here, and those that publish a document if that is allowed below.',
  ],
] as const;

/** How applications that nobody has entered become known. A change takes effect at once. */
export function Registration() {
  const client = useQueryClient();
  const queryKey = ['oauth2-settings'];
  const { data, error } = useQuery({ queryKey, queryFn: () => api.oauth2Provider.getSettings() });
  const update = useMutation({
    mutationFn: (change: Partial<OAuth2Settings>) => api.oauth2Provider.updateSettings(change),
    onSuccess: (settings) => client.setQueryData(queryKey, settings),
  });
  const problem = error ?? update.error;
  return (
    <Panel title="Registration">
      {problem && <Failure error={problem} />}
      <fieldset disabled={!data || update.isPending} className="min-h-40">
        <legend className="mb-1 font-medium">Who may register an application</legend>
        {modes.map(([mode, label, hint]) => (
          <Choice
            key={mode}
            type="radio"
            name="registration"
            label={label}
            hint={hint}
            checked={data?.dynamic_client_registration === mode}
            onChange={() => update.mutate({ dynamic_client_registration: mode })}
          />
        ))}
        <Choice
          type="checkbox"
          label="Applications may publish a document about themselves instead"
          hint="The host of the document vouches for them, so users see whom they deal with."
          checked={data?.client_id_metadata_documents_enabled ?? false}
          onChange={({ target }) => update.mutate({ client_id_metadata_documents_enabled: target.checked })}
        />
      </fieldset>
      {update.data?.initial_access_token && (
        <div className="mt-3 space-y-2">
          <Notice tone="warn">
            <p>This is the initial access token. Copy it now: it cannot be shown again.</p>
          </Notice>
          <Copyable value={update.data.initial_access_token} label="the initial access token" />
        </div>
      )}
    </Panel>
  );
}
