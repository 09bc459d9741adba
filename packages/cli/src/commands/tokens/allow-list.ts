import { type ApiClient, type ApiKey, isUuid } from '@coder/api';
import { CliError } from '../../cli-error.ts';
import { findTemplate } from '../../template-ref.ts';
import { findWorkspace } from '../../workspace-ref.ts';

/**
 * What `--allow` names, as the API takes it: `workspace:web` and `template:node` become ids, ids and `*` stay. A workspace
 * without its owner is one of the user the token is for. Throws {@link CliError} for a name that there is not.
 */
export async function allowEntry(client: ApiClient, text: string, owner: string): Promise<string> {
  const [, type, ref] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (type === undefined || ref === undefined) {
    throw new CliError(`"${text}" does not say what to allow. Write it workspace:<name or id>.`);
  }
  if (ref === '*') return text;
  if (isUuid(ref)) return `${type}:${ref.toLowerCase()}`;
  if (type === 'workspace') {
    return `workspace:${(await findWorkspace(client, owner === 'me' || ref.includes('/') ? ref : `${owner}/${ref}`)).id}`;
  }
  if (type === 'template') return `template:${(await findTemplate(client, ref)).id}`;
  throw new CliError(`"${text}" cannot be found by name: of a ${type} give the id, or "${type}:*" for all.`);
}

/** A list of what tokens are limited to for people to read: workspaces by name, as far as they can be seen. */
export async function allowListTexts(client: ApiClient, keys: readonly ApiKey[]): Promise<string[]> {
  const named = /^workspace:(.{36})$/;
  const names = new Map<string, string>();
  if (keys.some((key) => key.allow_list.some((entry) => named.test(entry)))) {
    // A token that may not look at workspaces still lists tokens: then the ids must do.
    const { workspaces } = await client.workspaces
      .list({ limit: 1000 })
      .catch(() => ({ workspaces: [] as never[] }));
    for (const { id, owner_name, name } of workspaces) names.set(id, `${owner_name}/${name}`);
  }
  const text = (entry: string) => {
    const name = names.get(named.exec(entry)?.[1] ?? '');
    return name === undefined ? entry : `workspace:${name}`;
  };
  return keys.map((key) => key.allow_list.map(text).join(' '));
}
