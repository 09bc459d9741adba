import { agentStatuses, workspaceStatuses } from '@coder/api';
import {
  badSearch,
  searchBoolean,
  searchChoices,
  searchIds,
  searchTerms,
  searchTime,
} from '../../http/index.ts';

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
  /** Whether it is shared with anybody. */
  readonly shared?: boolean;
  /** A username, an id or `me`, with whom it is shared. */
  readonly sharedWithUser?: string;
  /** The id or name of a group, or `organization/name`, with which it is shared. */
  readonly sharedWithGroup?: string;
  /** Asks for what no workspace here has: AI tasks, external agents. */
  readonly nothing?: boolean;
  readonly parameters: readonly { readonly name: string; readonly value?: string }[];
};

type Mutable = { -readonly [K in keyof WorkspaceQuery]: WorkspaceQuery[K] };
type Draft = Omit<Mutable, 'names' | 'parameters'> & {
  names: string[];
  parameters: { name: string; value?: string }[];
};

const searchStatuses: readonly string[] = [...workspaceStatuses, 'started'];

/** What each key does with its value. */
const keys: Record<string, (draft: Draft, value: string) => void> = {
  id: (draft, value) => {
    draft.ids = searchIds('id', value, 'workspace');
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
    if (!searchStatuses.includes(value)) {
      throw badSearch(`status: "${value}" is not one of ${searchStatuses.join(', ')}`);
    }
    draft.status = value;
  },
  'has-agent': (draft, value) => {
    draft.agentStatuses = searchChoices('has-agent', value, agentStatuses);
  },
  healthy: (draft, value) => {
    draft.agentStatuses = searchBoolean('healthy', value) ? ['connected'] : ['disconnected', 'timeout'];
  },
  dormant: (draft, value) => {
    draft.dormant = searchBoolean('dormant', value);
  },
  outdated: (draft, value) => {
    draft.outdated = searchBoolean('outdated', value);
  },
  last_used_after: (draft, value) => {
    draft.lastUsedAfter = searchTime('last_used_after', value);
  },
  last_used_before: (draft, value) => {
    draft.lastUsedBefore = searchTime('last_used_before', value);
  },
  'has-ai-task': (draft, value) => {
    if (searchBoolean('has-ai-task', value)) draft.nothing = true;
  },
  has_external_agent: (draft, value) => {
    if (searchBoolean('has_external_agent', value)) draft.nothing = true;
  },
  shared: (draft, value) => {
    draft.shared = searchBoolean('shared', value);
  },
  shared_with_user: (draft, value) => {
    draft.sharedWithUser = value;
  },
  shared_with_group: (draft, value) => {
    draft.sharedWithGroup = value;
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
  for (const { key, value } of searchTerms(text.toLowerCase())) {
    if (key === undefined) bareTerm(draft, value);
    else {
      const apply = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (!apply)
        throw badSearch(`"${key}" is not a key to filter by; known are ${Object.keys(keys).join(', ')}`);
      if (value === '') throw badSearch(`${key}: must have a value`);
      apply(draft, value);
    }
  }
  return draft;
}

function bareTerm(draft: Draft, term: string): void {
  const parts = term.split('/');
  if (parts.length > 2) throw badSearch(`"${term}" has more than one "/"; write owner/name`);
  const [first = '', second] = parts;
  if (second === undefined) draft.names.push(first);
  else {
    if (first !== '') draft.owner = first;
    if (second !== '') draft.names.push(second);
  }
}
