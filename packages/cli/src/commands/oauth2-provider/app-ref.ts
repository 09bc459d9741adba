import { type ApiClient, isUuid, MAX_PAGE_SIZE, type OAuth2App } from '@coder/api';
import { CliError } from '../../cli-error.ts';

/** All applications that a filter selects. */
export async function listApps(
  client: ApiClient,
  filter: { q?: string | undefined; user_id?: string | undefined } = {},
): Promise<OAuth2App[]> {
  const all: OAuth2App[] = [];
  for (;;) {
    const { apps, count } = await client.oauth2Provider.listApps({
      ...filter,
      limit: MAX_PAGE_SIZE,
      offset: all.length,
    });
    all.push(...apps);
    if (apps.length === 0 || all.length >= count) return all;
  }
}

/** The application the user means, by its id or its name. The error names the ones there are. */
export async function findApp(client: ApiClient, ref: string): Promise<OAuth2App> {
  if (isUuid(ref)) return client.oauth2Provider.getApp({ app: ref.toLowerCase() });
  const named = (await listApps(client, { q: ref })).filter(
    (app) => app.name.toLowerCase() === ref.toLowerCase(),
  );
  if (named.length === 1 && named[0]) return named[0];
  if (named.length > 1) {
    const ids = named.map((app) => app.id).join(', ');
    throw new CliError(`Several applications call themselves "${ref}". Say which by its id: ${ids}.`);
  }
  const { apps, count } = await client.oauth2Provider.listApps({ limit: 20 });
  const more = count > apps.length ? ', …' : '';
  throw new CliError(
    apps.length === 0
      ? `No application "${ref}". There are none yet: enter one with "coder oauth2-provider apps create <name> --redirect-uri <url>".`
      : `No application "${ref}". There are: ${apps.map((app) => app.name).join(', ')}${more}.`,
  );
}
