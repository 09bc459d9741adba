import type { ConsentDecision, ConsentRequest } from '@coder/api';
import { type FormEvent, useState } from 'react';
import { formatWords } from '../../lib/format.ts';
import { Button } from '../../ui/button.tsx';
import { Choice as Mark, SelectField } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Application, Destination } from './application.tsx';
import { decisionOf, firstChoice, impliedBy, problemOf, toggle } from './choice.ts';
import { WorkspaceChoice } from './workspace-choice.tsx';

const reasons = { everything: 'Part of everything.', others: 'Part of what is marked below.' } as const;

/**
 * Who asks, where the answer goes, and what it may do: all of it can be narrowed here. Nothing is decided before a button
 * is pressed.
 */
export function ConsentForm(props: {
  request: ConsentRequest;
  busy: ConsentDecision['decision'] | undefined;
  error: unknown;
  onDecide: (decision: ConsentDecision) => void;
}) {
  const { request, busy, error, onDecide } = props;
  const [choice, setChoice] = useState(() => firstChoice(request));
  const problem = problemOf(choice);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === undefined) onDecide(decisionOf(choice));
  };
  return (
    <form onSubmit={submit} className="space-y-5">
      <Application application={request.application} />
      <Destination request={request} />
      <fieldset>
        <legend className="mb-1 font-semibold">What it may do</legend>
        {request.capabilities.map(({ id, title, description }) => {
          const implied = impliedBy(choice, id);
          return (
            <Mark
              key={id}
              type="checkbox"
              label={title}
              hint={implied ? reasons[implied] : description}
              disabled={implied !== undefined}
              checked={implied !== undefined || choice.capabilities.has(id)}
              onChange={({ target }) => setChoice(toggle(choice, id, target.checked))}
            />
          );
        })}
      </fieldset>
      <WorkspaceChoice request={request} choice={choice} onChange={setChoice} />
      <SelectField
        label="Until when"
        value={choice.expiresIn}
        hint="You can take it back at any time, under Applications."
        onChange={({ target }) => setChoice({ ...choice, expiresIn: Number(target.value) })}
      >
        {request.expiry_choices.map((seconds) => (
          <option key={seconds} value={seconds}>
            For {formatWords(seconds)}, until {new Date(Date.now() + seconds * 1000).toLocaleDateString()}
          </option>
        ))}
      </SelectField>
      <details className="text-[13px] text-muted">
        <summary className="w-fit rounded">What exactly it asked for</summary>
        <p className="mt-1.5 font-mono text-xs leading-relaxed [overflow-wrap:anywhere]">
          {request.requested_scopes.join(' ')}
        </p>
        <p className="mt-1.5 [overflow-wrap:anywhere]">For {request.resource}</p>
      </details>
      {error !== null && error !== undefined && <Failure error={error} />}
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line pt-4">
        {problem && (
          <p id="consent-problem" className="mr-auto text-[13px] text-warn">
            {problem}
          </p>
        )}
        <Button
          busy={busy === 'deny'}
          disabled={busy !== undefined}
          onClick={() => onDecide({ decision: 'deny' })}
        >
          Cancel
        </Button>
        <Button
          type="submit"
          kind="primary"
          busy={busy === 'allow'}
          disabled={busy !== undefined || problem !== undefined}
          aria-describedby={problem ? 'consent-problem' : undefined}
        >
          Allow
        </Button>
      </div>
    </form>
  );
}
