import type { TemplateManifest } from '@coder/api';
import { MANIFEST_FILE } from '@coder/api';
import { type Archive, readArchive } from './archive/read-archive.ts';
import { ArchiveError } from './archive/rules.ts';
import { formatProblem, parseManifest } from './manifest/parse-manifest.ts';

export type Imported =
  | { readonly manifest: TemplateManifest; readonly readme: string; readonly warnings: readonly string[] }
  | { readonly problems: readonly string[] };

const maxReadmeBytes = 256 * 1024;
const defaultReadme = 'README.md';

/** Makes a checked manifest of an archive, or says everything that is wrong with it, a line each. */
export async function importArchive(data: Buffer, type: string): Promise<Imported> {
  try {
    return await read(data, type);
  } catch (error) {
    if (error instanceof ArchiveError) return { problems: [error.message] };
    throw error;
  }
}

async function read(data: Buffer, type: string): Promise<Imported> {
  const archive = await readArchive(data, type, { wanted: [MANIFEST_FILE, defaultReadme] });
  const source = archive.contents.get(MANIFEST_FILE);
  if (!source) return { problems: [missingManifest(archive)] };
  const text = decode(source);
  if (text === undefined) return { problems: [`${MANIFEST_FILE}:1:1: is not UTF-8 text`] };
  const { manifest, problems } = parseManifest(text);
  if (problems) return { problems: problems.map((problem) => formatProblem(MANIFEST_FILE, problem)) };

  const { readme: path } = manifest;
  const { contents } = path === defaultReadme ? archive : await readArchive(data, type, { wanted: [path] });
  const readme = contents.get(path);
  if (!readme) {
    if (path !== defaultReadme)
      return { problems: [`${MANIFEST_FILE}: readme: names ${path}, which is not in the archive`] };
    return { manifest, readme: '', warnings: [`There is no ${defaultReadme} to explain the template.`] };
  }
  if (readme.length > maxReadmeBytes)
    return { problems: [`${path}: must be at most ${maxReadmeBytes / 1024} KiB long`] };
  const shown = decode(readme);
  if (shown === undefined) return { problems: [`${path}: is not UTF-8 text`] };
  return { manifest, readme: shown, warnings: [] };
}

/** Text that the database can hold: UTF-8 without NUL. */
function decode(data: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function missingManifest({ paths }: Archive): string {
  const elsewhere = paths.find((path) => path.endsWith(`/${MANIFEST_FILE}`));
  if (elsewhere) {
    return `The archive has its ${MANIFEST_FILE} at ${elsewhere}. Pack the content of that folder, not the folder itself.`;
  }
  if (paths.includes('template.yml')) return `Rename template.yml to ${MANIFEST_FILE}.`;
  if (paths.some((path) => path.endsWith('.tf'))) {
    return `Terraform templates are not available in this version. Describe the template in a ${MANIFEST_FILE}.`;
  }
  return `The archive has no ${MANIFEST_FILE} at its root.`;
}
