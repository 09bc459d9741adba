import { type ManifestSource, parseSize, resourceBounds } from '@coder/api';
import { appUrlProblem, externalUrlProblem } from './app-urls.ts';
import type { Path } from './manifest/yaml-source.ts';
import { type Reference, replaceReferences } from './references.ts';

type PlaceKind = 'cpus' | 'processes' | 'size' | 'text' | 'directory' | 'app-url' | 'external-url';

/** A part of the manifest in which references are replaced. Nowhere else are they. */
export type Place = { readonly path: Path; readonly kind: PlaceKind; readonly text: string };
type Sections = {
  readonly local?: ManifestSource['runtime']['local'] | undefined;
  readonly agent?: ManifestSource['agent'] | undefined;
  readonly apps: readonly { readonly index: number; readonly value: ManifestSource['apps'][number] }[];
};

/** Every place of these sections that holds something, whether with references or not. */
export function placesOf({ local, agent, apps }: Sections): Place[] {
  const places: Place[] = [];
  const add = (kind: PlaceKind, path: Path, value: string | number | undefined) => {
    if (value !== undefined) places.push({ kind, path, text: String(value) });
  };
  const addEnv = (path: Path, env: Record<string, string> = {}) => {
    for (const [name, value] of Object.entries(env)) add('text', [...path, name], value);
  };
  add('cpus', ['runtime', 'local', 'cpus'], local?.cpus);
  add('size', ['runtime', 'local', 'memory'], local?.memory);
  add('size', ['runtime', 'local', 'disk'], local?.disk);
  add('processes', ['runtime', 'local', 'processes'], local?.processes);
  addEnv(['runtime', 'local', 'env'], local?.env);
  add('directory', ['agent', 'directory'], agent?.directory);
  addEnv(['agent', 'env'], agent?.env);
  for (const { index, value: app } of apps) {
    add(app.external ? 'external-url' : 'app-url', ['apps', index, 'url'], app.url);
    add('app-url', ['apps', index, 'healthcheck', 'url'], app.healthcheck?.url);
  }
  return places;
}

export type Filled = { readonly value: string } | { readonly problem: string };

/**
 * A place with its references replaced. A value stays within its place: in an address it is percent-encoded, a number
 * must be a number, and a directory has no way up.
 */
export function fill(
  { kind, text }: Pick<Place, 'kind' | 'text'>,
  textOf: (reference: Reference) => string,
): Filled {
  if (kind === 'app-url' || kind === 'external-url') {
    const url = replaceReferences(text, (reference) => encodeURIComponent(textOf(reference)));
    const problem = kind === 'app-url' ? appUrlProblem(url) : externalUrlProblem(url);
    return problem === undefined ? { value: url } : { problem };
  }
  const value = replaceReferences(text, textOf);
  const problem = problemOf(kind, value);
  return problem === undefined ? { value } : { problem };
}

function problemOf(kind: Exclude<PlaceKind, 'app-url' | 'external-url'>, value: string): string | undefined {
  switch (kind) {
    case 'text':
      return undefined;
    case 'directory':
      if (/[\0-\x1f]/.test(value)) return 'must have no control characters';
      return value.split('/').includes('..') ? 'must have no ".." in it' : undefined;
    case 'size':
      return (parseSize(value) ?? 0) > 0
        ? undefined
        : 'must be a size with its unit, such as "512MiB" or "2GiB"';
    default: {
      const { min, max, whole } = resourceBounds[kind];
      const number = value.trim() === '' ? Number.NaN : Number(value);
      if (number >= min && number <= max && (!whole || Number.isInteger(number))) return undefined;
      return `must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
    }
  }
}
