import { ApiError } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import { searchTerms } from '../search-terms.ts';
import { suggestion } from './suggest.ts';

type Condition = RawBuilder<boolean>;
export type TemplateSearch = { readonly conditions: readonly Condition[]; readonly deleted: boolean };

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const is = (column: string, value: string): Condition => sql<boolean>`lower(${sql.ref(column)}) = ${value}`;
const contains = (column: string, value: string): Condition =>
  sql<boolean>`position(${value} in lower(${sql.ref(column)})) > 0`;

/** What each key asks of a template `t`, its organization `o`, its creator `u` and its active version `v`. */
const keys: Record<string, (value: string, actor: Actor) => Condition> = {
  name: (value) => contains('t.name', value),
  exact_name: (value) => is('t.name', value),
  display_name: (value) => contains('t.display_name', value),
  exact_display_name: (value) => is('t.display_name', value),
  search: anywhere,
  organization: (value) => (uuid.test(value) ? sql<boolean>`o.id = ${value}` : is('o.name', value)),
  deprecated: (value) => equals(sql`t.deprecation_message <> ''`, bool('deprecated', value)),
  ids(value) {
    const ids = value.split(',').map((id) => id.trim());
    if (!ids.every((id) => uuid.test(id))) throw refuse('ids: must be template ids, separated by commas');
    return sql<boolean>`t.id = any(${ids}::uuid[])`;
  },
  'has-ai-task': (value) => equals(sql`coalesce(v.manifest ? 'task', false)`, bool('has-ai-task', value)),
  has_external_agent: (value) => sql<boolean>`${!bool('has_external_agent', value)}::boolean`,
  author: (value, actor) =>
    value === 'me' ? sql<boolean>`u.id = ${actor.user.id}` : is('u.username', value),
  author_id(value) {
    if (!uuid.test(value)) throw refuse('author_id: must be a user id');
    return sql<boolean>`u.id = ${value}`;
  },
};

/** Reads upstream's filter for templates. A bare term is looked for in name, display name and description. */
export function parseTemplateQuery(text: string, actor: Actor): TemplateSearch {
  const terms = searchTerms(text);
  if (!terms) throw refuse('a quotation mark is not closed');
  const conditions: Condition[] = [];
  let deleted = false;
  for (const { key, value } of terms) {
    if (key === undefined) conditions.push(anywhere(value));
    else if (value === '') throw refuse(`${key}: must have a value`);
    else if (key === 'deleted') deleted = bool(key, value);
    else if (Object.hasOwn(keys, key)) conditions.push(keys[key]!(value, actor));
    else
      throw refuse(
        `"${key}" is not a key to filter by.${suggestion(key, [...Object.keys(keys), 'deleted'])}`,
      );
  }
  return { conditions, deleted };
}

function anywhere(value: string): Condition {
  const columns = ['t.name', 't.display_name', 't.description'];
  return sql<boolean>`(${sql.join(
    columns.map((column) => contains(column, value)),
    sql` or `,
  )})`;
}

function equals(condition: RawBuilder<unknown>, expected: boolean): Condition {
  return sql<boolean>`(${condition}) = ${expected}::boolean`;
}

function bool(key: string, value: string): boolean {
  if (['true', '1', 'yes'].includes(value)) return true;
  if (['false', '0', 'no'].includes(value)) return false;
  throw refuse(`${key}: must be true or false`);
}

function refuse(detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', {
    message: 'Query parameters have invalid values.',
    validations: [{ field: 'q', detail }],
  });
}
