import { type ApiClient, isUuid, type Preset, type Template } from '@coder/api';
import { isNotFound, ToolError } from '../tool-error.ts';

/** The template of this name or id. Throws a {@link ToolError} that names those there are. */
export async function findTemplate(client: ApiClient, nameOrId: string): Promise<Template> {
  const wanted = nameOrId.trim();
  if (isUuid(wanted)) {
    try {
      return await client.templates.get({ template: wanted });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const templates = await client.templates.list({});
  const found = templates.filter(
    (template) => template.name === wanted || `${template.organization_name}/${template.name}` === wanted,
  );
  if (found.length === 1) return found[0] as Template;
  if (found.length > 1) {
    const names = found.map((template) => `${template.organization_name}/${template.name}`);
    throw new ToolError(`Several templates are called ${JSON.stringify(wanted)}: ${names.join(', ')}.`);
  }
  const names = templates.map((template) => template.name);
  throw new ToolError(
    names.length === 0
      ? `No template ${JSON.stringify(wanted)}. There are none; ask an administrator to publish one.`
      : `No template ${JSON.stringify(wanted)}. There are: ${names.join(', ')}.`,
  );
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
