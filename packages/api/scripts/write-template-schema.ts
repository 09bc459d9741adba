// Writes the JSON Schema of template.yaml for editors: `npm run template-schema -w packages/api`.
import { writeFileSync } from 'node:fs';
import { MANIFEST_SCHEMA_FILE } from '../src/index.ts';
import { manifestJsonSchema } from '../src/manifest-json-schema.ts';

const file = new URL(`../../../${MANIFEST_SCHEMA_FILE}`, import.meta.url);
writeFileSync(file, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
