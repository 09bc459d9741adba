import { isUuid } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import { badSearch, searchBoolean, searchIds, searchTerms } from '../http/index.ts';
import { suggestion } from './suggest.ts';

type Condition = RawBuilder<boolean>;
export type TemplateSearch = { readonly conditions: readonly Condition[]; readonly deleted: boolean };

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
  organization: (value) => (isUuid(value) ? sql<boolean>`o.id = ${value}` : is('o.name', value)),
  deprecated: (value) => equals(sql`t.deprecation_message <> ''`, searchBoolean('deprecated', value)),
  ids: (value) => sql<boolean>`t.id = any(${searchIds('ids', value, 'template')}::uuid[])`,
  'has-ai-task': (value) =>
    equals(sql`coalesce(v.manifest ? 'task', false)`, searchBoolean('has-ai-task', value)),
  has_external_agent: (value) => sql<boolean>`${!searchBoolean('has_external_agent', value)}::boolean`,
  author: (value, actor) =>
    value === 'me' ? sql<boolean>`u.id = ${actor.user.id}` : is('u.username', value),
  author_id(value) {
    if (!isUuid(value)) throw badSearch('author_id: must be a user id');
    return sql<boolean>`u.id = ${value}`;
  },
};

/** Reads upstream's filter for templates. A bare term is looked for in name, display name and description. */
export function parseTemplateQuery(text: string, actor: Actor): TemplateSearch {
  const conditions: Condition[] = [];
  let deleted = false;
  for (const { key, value } of searchTerms(text.toLowerCase())) {
    if (key === undefined) conditions.push(anywhere(value));
    else if (value === '') throw badSearch(`${key}: must have a value`);
    else if (key === 'deleted') deleted = searchBoolean(key, value);
    else if (Object.hasOwn(keys, key)) conditions.push(keys[key]!(value, actor));
    else
      throw badSearch(
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
