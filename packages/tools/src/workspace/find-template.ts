import { type ApiClient, isUuid, type Preset, type Template } from '@coder/api';
import { isNotFound, ToolError } from '../tool-error.ts';

/** How many of a template's versions an error names. */
const VERSIONS_SHOWN = 10;
/** How many templates an error names. */
const TEMPLATES_SHOWN = 50;

/** The template of this id, or name (or `organization/name`) in any case. Throws a {@link ToolError} that names those there are. */
export async function findTemplate(client: ApiClient, nameOrId: string): Promise<Template> {
  const wanted = nameOrId.trim();
  if (isUuid(wanted)) {
    try {
      return await client.templates.get({ template: wanted });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const found = await templatesNamed(client, wanted);
  if (found.length === 1) return found[0] as Template;
  if (found.length > 1) {
    const names = found.map((template) => `${template.organization_name}/${template.name}`);
    throw new ToolError(
      `Several templates are called ${JSON.stringify(wanted)}. Write which: ${names.join(', ')}.`,
    );
  }
  const names = (await client.templates.list({ limit: TEMPLATES_SHOWN + 1 })).map(
    (template) => template.name,
  );
  const more = names.length > TEMPLATES_SHOWN ? ', and more: see coder_list_templates' : '';
  throw new ToolError(
    names.length === 0
      ? `No template ${JSON.stringify(wanted)}. There are none; ask an administrator to publish one.`
      : `No template ${JSON.stringify(wanted)}. There are: ${names.slice(0, TEMPLATES_SHOWN).join(', ')}${more}.`,
  );
}

/** Asked for by name, so that it is found among however many templates there are. */
async function templatesNamed(client: ApiClient, wanted: string): Promise<Template[]> {
  const parts = wanted.toLowerCase().split('/');
  const name = parts.pop() ?? '';
  // What no name can hold would end the quotes of the search.
  if (parts.length > 1 || parts[0] === '' || name === '' || wanted.includes('"')) return [];
  const [organization] = parts;
  const templates = await client.templates.list({
    q: `exact_name:"${name}"${organization === undefined ? '' : ` organization:"${organization}"`}`,
  });
  return templates.filter((template) => template.name.toLowerCase() === name);
}

/** The id of a template's version: a name, an id, or `active` for the newest that is published. */
export async function findVersion(
  client: ApiClient,
  template: { id: string; name: string; activeVersionId: string },
  nameOrId: string,
): Promise<string> {
  const wanted = nameOrId.trim();
  if (wanted === 'active') return template.activeVersionId;
  if (isUuid(wanted)) return wanted;
  try {
    return (await client.templates.versionByName({ template: template.id, name: wanted })).id;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const versions = await client.templates.versions({ template: template.id, limit: VERSIONS_SHOWN });
    const names = versions.map((version) => version.name);
    throw new ToolError(
      `Template ${JSON.stringify(template.name)} has no version ${JSON.stringify(wanted)}. Newest: ${names.join(', ')}. Or write "active".`,
    );
  }
}

/** The id of a version's preset, by name or id. */
export async function findPreset(client: ApiClient, version: string, nameOrId: string): Promise<string> {
  const presets: Preset[] = await client.templateVersions.presets({ version });
  const wanted = nameOrId.trim();
  const found = presets.find((preset) => preset.Name === wanted || preset.ID === wanted);
  if (found) return found.ID;
  const names = presets.map((preset) => preset.Name);
  throw new ToolError(
    names.length === 0
      ? `No preset ${JSON.stringify(wanted)}: this template has none.`
      : `No preset ${JSON.stringify(wanted)}. There are: ${names.join(', ')}.`,
  );
}
