import { type ManifestParameter, type ManifestSource, templateManifestSchema } from '@coder/api';

type Item<T> = { readonly index: number; readonly value: T };

/**
 * What can be understood of a manifest that may be wrong elsewhere, so that one push shows every problem: each section
 * and each entry of a list that is sound by itself.
 */
export type Draft = {
  readonly whole: unknown;
  readonly parameters: readonly Item<ManifestSource['parameters'][number]>[];
  readonly presets: readonly Item<ManifestSource['presets'][number]>[];
  readonly apps: readonly Item<ManifestSource['apps'][number]>[];
  readonly local: ManifestSource['runtime']['local'] | undefined;
  readonly agent: ManifestSource['agent'] | undefined;
  readonly readme: string | undefined;
  /** The names of all parameters, of the unsound ones too. */
  readonly names: ReadonlySet<string>;
  /** The parameters whose values can be checked; the check of the parameters fills it. */
  readonly checked: Map<string, ManifestParameter>;
};

const { parameters, presets, apps, runtime, agent, readme } = templateManifestSchema.shape;

export function draftOf(whole: unknown): Draft {
  const root = asMap(whole);
  const local = runtime.shape.local.safeParse(asMap(root.runtime).local);
  const agentResult = agent.safeParse(root.agent);
  const readmeResult = readme.safeParse(root.readme);
  return {
    whole,
    parameters: items(parameters.unwrap().element, root.parameters),
    presets: items(presets.unwrap().element, root.presets),
    apps: items(apps.unwrap().element, root.apps),
    local: local.data,
    agent: agentResult.data,
    readme: readmeResult.data,
    names: new Set(asList(root.parameters).map((entry) => String(asMap(entry).name))),
    checked: new Map(),
  };
}

type Parser<T> = { safeParse(value: unknown): { success: boolean; data?: T | undefined } };

function items<T>(schema: Parser<T>, list: unknown): Item<T>[] {
  return asList(list).flatMap((raw, index) => {
    const result = schema.safeParse(raw);
    return result.success ? [{ index, value: result.data as T }] : [];
  });
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
