import { type ManifestSource, type TemplateManifest, templateManifestSchema, visibleLine } from '@coder/api';
import { normaliseValue } from '../parameters/values.ts';
import { checkApps, checkMetadata, checkReadme } from './check-agent.ts';
import { checkParameters } from './check-parameters.ts';
import { checkPresets } from './check-presets.ts';
import { checkPlaces, checkStrays, checkText } from './check-references.ts';
import { type Draft, draftOf } from './draft.ts';
import type { Finding, Report } from './finding.ts';
import { checkStructure } from './structure.ts';
import { pathText, readYaml, type SourceProblem, type YamlSource } from './yaml-source.ts';

export type ParsedManifest =
  | { readonly manifest: TemplateManifest; readonly problems?: undefined }
  | { readonly manifest?: undefined; readonly problems: readonly SourceProblem[] };

/** In this order, because the later ones use what the first has found sound. */
const checks: readonly ((draft: Draft, report: Report) => void)[] = [
  checkParameters,
  checkPresets,
  checkPlaces,
  checkStrays,
  checkText,
  checkApps,
  checkMetadata,
  checkReadme,
];

/** Reads the text of a template.yaml: a checked manifest, or everything that is wrong with it, in the file's order. */
export function parseManifest(text: string): ParsedManifest {
  const read = readYaml(text);
  if ('problems' in read) return { problems: read.problems };
  const { source } = read;
  const findings = checkStructure(source.value);
  const draft = draftOf(source.value);
  for (const check of checks) {
    check(draft, (path, message, where) => void findings.push({ path, message, ...where }));
  }
  if (findings.length > 0)
    return { problems: findings.map((finding) => place(source, finding)).sort(byPosition) };
  return { manifest: normalise(templateManifestSchema.parse(source.value), draft) };
}

/**
 * `template.yaml:12:5: parameters[0].default must be a number, such as 2 or 0.5`. What the file says and would not show, or
 * could not be stored, is named.
 */
export function formatProblem(file: string, { line, column, path, message }: SourceProblem): string {
  return `${file}:${line}:${column}: ${visibleLine(path === '' ? message : `${path}: ${message}`)}`;
}

function place(source: YamlSource, { path, message, key, text }: Finding): SourceProblem {
  return { ...source.locate(path, { key, text }), path: pathText(path), message };
}

function byPosition(a: SourceProblem, b: SourceProblem): number {
  return a.line - b.line || a.column - b.column;
}

function normalise(source: ManifestSource, { checked }: Draft): TemplateManifest {
  return {
    ...source,
    parameters: source.parameters.map(({ name }) => checked.get(name)!),
    presets: source.presets.map((preset) => ({
      ...preset,
      parameters: Object.fromEntries(
        Object.entries(preset.parameters).map(([name, raw]) => {
          const normalised = normaliseValue(checked.get(name)!.type, raw);
          return [name, 'value' in normalised ? normalised.value : ''];
        }),
      ),
    })),
  };
}
