import { ApiError } from '@coder/api';
import type { FormEvent } from 'react';
import { Button } from '../../ui/button.tsx';
import { Field, TextField } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';

export type AppInput = { name: string; redirect_uris: string[] };

/** What an administrator says of an application: its name, and where answers to it may go. */
export function AppForm(props: {
  app?: AppInput;
  action: string;
  busy: boolean;
  error: Error | null;
  onSubmit: (input: AppInput) => void;
  onCancel?: () => void;
}) {
  const { app, action, busy, error, onSubmit, onCancel } = props;
  const problems = error instanceof ApiError ? error.validations : [];
  const problemOf = (...fields: string[]) =>
    problems.find(({ field }) => fields.some((name) => field === name || field.startsWith(`${name}[`)))
      ?.detail;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSubmit({
      name: String(form.get('name')).trim(),
      redirect_uris: String(form.get('redirects')).split(/\s+/).filter(Boolean),
    });
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      {error && <Failure error={error} />}
      <Field
        label="Name"
        name="name"
        required
        maxLength={64}
        autoComplete="off"
        defaultValue={app?.name}
        hint="Users see it when they are asked."
        problem={problemOf('name')}
      />
      <TextField
        label="Redirect addresses"
        name="redirects"
        required
        rows={3}
        spellCheck={false}
        defaultValue={app?.redirect_uris.join('\n')}
        placeholder="https://claude.ai/api/mcp/auth_callback"
        hint="One a line. An answer goes only to one of these, exactly as written here."
        problem={problemOf('redirect_uris', 'callback_url')}
      />
      <div className="flex justify-end gap-2">
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        <Button type="submit" kind="primary" busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
