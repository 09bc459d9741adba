import { ApiError, agentStatuses, workspaceStatuses } from '@coder/api';

/** What a `q=` asks for; every part must hold. */
export type WorkspaceQuery = {
  /** Parts of a name. */
  readonly names: readonly string[];
  readonly owner?: string;
  readonly ids?: readonly string[];
  readonly template?: string;
  readonly organization?: string;
  readonly status?: string;
  readonly agentStatuses?: readonly string[];
  readonly dormant?: boolean;
  readonly outdated?: boolean;
  readonly lastUsedAfter?: Date;
  readonly lastUsedBefore?: Date;
  /** Asks for what no workspace here has: AI tasks, external agents, sharing. */
  readonly nothing?: boolean;
  readonly parameters: readonly { readonly name: string; readonly value?: string }[];
};

type Mutable = { -readonly [K in keyof WorkspaceQuery]: WorkspaceQuery[K] };
type Draft = Omit<Mutable, 'names' | 'parameters'> & {
  names: string[];
  parameters: { name: string; value?: string }[];
};

const searchStatuses: readonly string[] = [...workspaceStatuses, 'started'];
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** What each key does with its value. */
const keys: Record<string, (draft: Draft, value: string) => void> = {
  id(draft, value) {
    const ids = list(value);
    if (!ids.every((id) => uuid.test(id))) throw refuse('id: must be workspace ids, separated by commas');
    draft.ids = ids;
  },
  owner: (draft, value) => {
    draft.owner = value;
  },
  name: (draft, value) => {
    draft.names.push(value);
  },
  template: (draft, value) => {
    draft.template = value;
  },
  organization: (draft, value) => {
    draft.organization = value;
  },
  status: (draft, value) => {
    draft.status = oneOf('status', searchStatuses, value);
  },
  'has-agent': (draft, value) => {
    draft.agentStatuses = list(value).map((status) => oneOf('has-agent', agentStatuses, status));
  },
  healthy: (draft, value) => {
    draft.agentStatuses = bool('healthy', value) ? ['connected'] : ['disconnected', 'timeout'];
  },
  dormant: (draft, value) => {
    draft.dormant = bool('dormant', value);
  },
  outdated: (draft, value) => {
    draft.outdated = bool('outdated', value);
  },
  last_used_after: (draft, value) => {
    draft.lastUsedAfter = time('last_used_after', value);
  },
  last_used_before: (draft, value) => {
    draft.lastUsedBefore = time('last_used_before', value);
  },
  'has-ai-task': (draft, value) => {
    if (bool('has-ai-task', value)) draft.nothing = true;
  },
  has_external_agent: (draft, value) => {
    if (bool('has_external_agent', value)) draft.nothing = true;
  },
  shared: (draft, value) => {
    if (bool('shared', value)) draft.nothing = true;
  },
  shared_with_user: (draft) => {
    draft.nothing = true;
  },
  shared_with_group: (draft) => {
    draft.nothing = true;
  },
  param: (draft, value) => {
    const equals = value.indexOf('=');
    draft.parameters.push(
      equals < 0 ? { name: value } : { name: value.slice(0, equals), value: value.slice(equals + 1) },
    );
  },
};

/**
 * Reads upstream's filter: `owner:me status:running name:"my box" web`. A bare term is part of a name, or `owner/name`.
 * Everything is compared without regard to case.
 */
export function parseWorkspaceQuery(text: string): WorkspaceQuery {
  const draft: Draft = { names: [], parameters: [] };
  for (const { key, value } of terms(text.toLowerCase())) {
    if (key === undefined) bareTerm(draft, value);
    else {
      const apply = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (!apply)
        throw refuse(`"${key}" is not a key to filter by; known are ${Object.keys(keys).join(', ')}`);
      if (value === '') throw refuse(`${key}: must have a value`);
      apply(draft, value);
    }
  }
  return draft;
}

function bareTerm(draft: Draft, term: string): void {
  const parts = term.split('/');
  if (parts.length > 2) throw refuse(`"${term}" has more than one "/"; write owner/name`);
  const [first = '', second] = parts;
  if (second === undefined) draft.names.push(first);
  else {
    if (first !== '') draft.owner = first;
    if (second !== '') draft.names.push(second);
  }
}

/** Splits at spaces outside of quotes; the first colon outside of quotes parts key and value. */
function terms(text: string): { key: string | undefined; value: string }[] {
  const found: { key: string | undefined; value: string }[] = [];
  let key: string | undefined;
  let value = '';
  let quoted = false;
  let begun = false;
  const end = () => {
    if (begun) found.push({ key, value });
    key = undefined;
    value = '';
    begun = false;
  };
  for (const character of text) {
    if (character === '"') {
      quoted = !quoted;
      begun = true;
    } else if (!quoted && /\s/.test(character)) end();
    else if (!quoted && character === ':' && key === undefined) {
      key = value;
      value = '';
      begun = true;
    } else {
      value += character;
      begun = true;
    }
  }
  if (quoted) throw refuse('a quotation mark is not closed');
  end();
  return found;
}

const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function oneOf(key: string, allowed: readonly string[], value: string): string {
  if (allowed.includes(value)) return value;
  throw refuse(`${key}: "${value}" is none of ${allowed.join(', ')}`);
}

function bool(key: string, value: string): boolean {
  if (['true', '1', 'yes'].includes(value)) return true;
  if (['false', '0', 'no'].includes(value)) return false;
  throw refuse(`${key}: must be true or false`);
}

function time(key: string, value: string): Date {
  const upper = value.toUpperCase();
  const parsed = /^\d{4}-\d\d-\d\dT/.test(upper) ? new Date(upper) : undefined;
  if (parsed && !Number.isNaN(parsed.getTime())) return parsed;
  throw refuse(`${key}: must be an RFC 3339 time, for example "2026-01-31T00:00:00Z"`);
}

function refuse(detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', {
    message: 'Query parameters have invalid values.',
    validations: [{ field: 'q', detail }],
  });
}
