import type { ConsentRequest } from '@coder/api';
import { Choice as Mark } from '../../ui/field.tsx';
import type { Choice } from './choice.ts';

const kinds = [
  ['all', 'All of them', 'Those you have now, and those you will have.'],
  ['chosen', 'Chosen ones', 'It sees no others.'],
  ['created', 'Only those it creates itself', 'It sees none of those you have now.'],
] as const;

/** In which workspaces an application may do what it may do. */
export function WorkspaceChoice(props: {
  request: Pick<ConsentRequest, 'workspaces'>;
  choice: Choice;
  onChange: (choice: Choice) => void;
}) {
  const { request, choice, onChange } = props;
  return (
    <fieldset>
      <legend className="mb-1 font-semibold">In which workspaces</legend>
      {kinds.map(([kind, label, hint]) => (
        <div key={kind}>
          <Mark
            type="radio"
            name="workspaces"
            label={label}
            hint={kind === 'chosen' && request.workspaces.length === 0 ? 'You have none yet.' : hint}
            disabled={kind === 'chosen' && request.workspaces.length === 0}
            checked={choice.workspaces === kind}
            onChange={() => onChange({ ...choice, workspaces: kind })}
          />
          {kind === 'chosen' && choice.workspaces === 'chosen' && (
            <div className="ml-6.5 max-h-52 overflow-y-auto rounded-md border border-line px-3 py-1">
              {request.workspaces.map(({ id, name, template_name }) => (
                <Mark
                  key={id}
                  type="checkbox"
                  label={name}
                  hint={template_name}
                  checked={choice.ids.has(id)}
                  onChange={({ target }) =>
                    onChange({ ...choice, ids: withId(choice.ids, id, target.checked) })
                  }
                />
              ))}
            </div>
          )}
        </div>
      ))}
    </fieldset>
  );
}

function withId(ids: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(ids);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}
