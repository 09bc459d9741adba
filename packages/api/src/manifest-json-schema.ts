import * as z from 'zod';
import { templateManifestSchema } from './schemas/manifest.ts';

/** The JSON Schema of template.yaml, for editors. What spans several fields only the server checks. */
export function manifestJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(templateManifestSchema, {
    io: 'input',
    unrepresentable: 'any',
  });
  return {
    $schema,
    title: 'template.yaml',
    description: 'A template of workspaces. See docs/templates.md.',
    ...schema,
  };
}
