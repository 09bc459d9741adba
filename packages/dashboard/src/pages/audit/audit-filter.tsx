import { auditActions, auditResources } from '@coder/api';
import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Field, SelectField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import type { suggestionsOf } from './entry.ts';
import { type AuditFilter, auditFilterOf } from './filter.ts';

const typeNames: Record<string, string> = { mcp_tool: 'tool calls', workspace_agent: 'inside workspaces' };

type Props = {
  filter: AuditFilter;
  /** Whether entries of several users are shown. */
  ofAll: boolean;
  suggestions: ReturnType<typeof suggestionsOf>;
  onShow: (filter: AuditFilter) => void;
};

/** What the list is narrowed to. It becomes the address of the page, which can be kept and sent. */
export function AuditFilterForm({ filter, ofAll, suggestions, onShow }: Props) {
  // Where there is little room, the fields show when they are asked for, or when something is in them.
  const [open, setOpen] = useState(Object.keys(filter).some((name) => name !== 'page'));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onShow(auditFilterOf(Object.fromEntries(new FormData(event.currentTarget))));
  };
  const text = (label: string, name: 'user' | 'application' | 'token' | 'tool') => (
    <>
      <Field
        label={label}
        name={name}
        defaultValue={filter[name]}
        autoComplete="off"
        spellCheck={false}
        list={`audit-${name}`}
      />
      <datalist id={`audit-${name}`}>
        {suggestions[name].map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </>
  );
  return (
    <search>
      {!open && (
        <Button className="sm:hidden" aria-expanded={false} onClick={() => setOpen(true)}>
          <Icon name="sliders" />
          Filter
        </Button>
      )}
      <form
        onSubmit={submit}
        className={`${open ? 'grid' : 'grid max-sm:hidden'} grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-5 [&>*]:min-w-0`}
      >
        {ofAll && <div>{text('User', 'user')}</div>}
        <div>{text('Application', 'application')}</div>
        <div>{text('Token', 'token')}</div>
        <div>{text('Tool', 'tool')}</div>
        <Field
          label="Workspace"
          name="workspace"
          defaultValue={filter.workspace}
          autoComplete="off"
          spellCheck={false}
          placeholder={ofAll ? 'owner/name' : 'name'}
        />
        <SelectField label="Action" name="action" defaultValue={filter.action ?? ''}>
          <option value="">any</option>
          {auditActions.map((action) => (
            <option key={action}>{action}</option>
          ))}
        </SelectField>
        <SelectField label="On" name="type" defaultValue={filter.type ?? ''}>
          <option value="">anything</option>
          {auditResources.map((type) => (
            <option key={type} value={type}>
              {typeNames[type] ?? type.replaceAll('_', ' ')}
            </option>
          ))}
        </SelectField>
        <Field label="From" name="from" type="date" defaultValue={filter.from} />
        <Field label="To" name="to" type="date" defaultValue={filter.to} />
        {filter.request !== undefined && <input type="hidden" name="request" value={filter.request} />}
        <div className="flex gap-2">
          <Button type="submit" className="flex-1">
            Filter
          </Button>
          <Button kind="quiet" onClick={() => onShow({})}>
            Clear
          </Button>
        </div>
      </form>
    </search>
  );
}
