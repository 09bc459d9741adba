import { ApiError } from '@coder/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api.ts';
import { formatWords } from '../../lib/format.ts';
import { type ScopeGroupId, scopeGroups, scopesOf } from '../../lib/scope-groups.ts';
import { workspacesQuery } from '../../queries.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { Choice, Field, SelectField } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';

const DAY = 86_400;
const lifetimes = [DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

/** The form of a new token, and after it the token itself, shown this once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: (input: Omit<Parameters<typeof api.apiKeys.createToken>[0], 'user'>) =>
      api.apiKeys.createToken({ user: 'me', ...input }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  if (create.data) {
    return (
      <Panel title="The new token">
        <div className="space-y-3">
          <Notice tone="warn">
            <p>Copy it now. It is not kept here and cannot be shown again.</p>
          </Notice>
          <Copyable value={create.data.key} label="the token" />
          <Button onClick={onClose}>Done</Button>
        </div>
      </Panel>
    );
  }
  return <Form error={create.error} busy={create.isPending} onCreate={create.mutate} onClose={onClose} />;
}

type FormProps = {
  error: Error | null;
  busy: boolean;
  onCreate: (input: Omit<Parameters<typeof api.apiKeys.createToken>[0], 'user'>) => void;
  onClose: () => void;
};

function Form({ error, busy, onCreate, onClose }: FormProps) {
  const [groups, setGroups] = useState<ReadonlySet<ScopeGroupId>>(new Set(['look']));
  const [chosen, setChosen] = useState<ReadonlySet<string>>();
  const workspaces = useQuery(workspacesQuery('owner:me'));
  const limits = useQuery({
    queryKey: ['token-config'],
    queryFn: () => api.apiKeys.tokenConfig({ user: 'me' }),
  });
  const longest = (limits.data?.max_token_lifetime ?? Number.POSITIVE_INFINITY) / 1e9;
  const incomplete = groups.size === 0 || chosen?.size === 0;
  const problems = error instanceof ApiError ? error.validations : [];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onCreate({
      token_name: String(form.get('name')).trim(),
      lifetime: Number(form.get('lifetime')) * 1e9,
      scopes: scopesOf(groups),
      ...(chosen === undefined ? {} : { allow_list: [...chosen].map((id) => `workspace:${id}`) }),
    });
  };
  return (
    <Panel title="New token">
      <form onSubmit={submit} className="space-y-5">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Name"
            name="name"
            required
            autoFocus
            maxLength={64}
            autoComplete="off"
            placeholder="ci"
            problem={problems.find((problem) => problem.field === 'token_name')?.detail}
          />
          <SelectField label="Lifetime" name="lifetime" defaultValue={30 * DAY}>
            {lifetimes
              .filter((seconds) => seconds <= longest)
              .map((seconds) => (
                <option key={seconds} value={seconds}>
                  {formatWords(seconds)}
                </option>
              ))}
          </SelectField>
        </div>
        <div className="grid gap-5 sm:grid-cols-2">
          <fieldset>
            <legend className="mb-1 font-semibold">What it may do</legend>
            {scopeGroups.map(({ id, title, description }) => {
              const implied =
                (id !== 'everything' && groups.has('everything')) ||
                (id === 'look' && [...groups].some((group) => group !== 'look'));
              return (
                <Choice
                  key={id}
                  type="checkbox"
                  label={title}
                  hint={description}
                  disabled={implied}
                  checked={implied || groups.has(id)}
                  onChange={({ target }) => setGroups(marked(groups, id, target.checked))}
                />
              );
            })}
          </fieldset>
          <fieldset>
            <legend className="mb-1 font-semibold">In which workspaces</legend>
            <Choice
              type="radio"
              name="workspaces"
              label="All of them"
              hint="Those you have now, and those you will have."
              checked={chosen === undefined}
              onChange={() => setChosen(undefined)}
            />
            <Choice
              type="radio"
              name="workspaces"
              label="Chosen ones"
              hint="It sees no others, and can create none."
              checked={chosen !== undefined}
              onChange={() => setChosen(new Set())}
            />
            {chosen && (
              <div className="ml-6.5 max-h-52 overflow-y-auto rounded-md border border-line px-3 py-1">
                {workspaces.data?.workspaces.map(({ id, name, template_name }) => (
                  <Choice
                    key={id}
                    type="checkbox"
                    label={name}
                    hint={template_name}
                    checked={chosen.has(id)}
                    onChange={({ target }) => setChosen(marked(chosen, id, target.checked))}
                  />
                ))}
                {workspaces.data?.count === 0 && <p className="py-2 text-muted">You have none yet.</p>}
              </div>
            )}
          </fieldset>
        </div>
        {error && <Failure error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={incomplete}>
            Create token
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function marked<T>(set: ReadonlySet<T>, value: T, on: boolean): ReadonlySet<T> {
  const next = new Set(set);
  if (on) next.add(value);
  else next.delete(value);
  return next;
}
