/** What a deployment may switch on before it is finished, each with one line for `--help`. */
export const experiments = {
  oauth2: { safe: false, description: 'programs act for users through OAuth2' },
  'mcp-server-http': { safe: false, description: 'MCP clients connect at /api/experimental/mcp/http' },
} as const satisfies Record<string, { safe: boolean; description: string }>;

export type Experiment = keyof typeof experiments;

export const knownExperiments = Object.keys(experiments) as Experiment[];
/** Those that `*` switches on: none that opens a door of its own. */
export const safeExperiments = knownExperiments.filter((name) => experiments[name].safe);

/** The experiments that a list of names switches on, and the names that mean nothing. */
export function resolveExperiments(names: readonly string[]): {
  enabled: ReadonlySet<Experiment>;
  unknown: string[];
} {
  const enabled = new Set<Experiment>();
  const unknown: string[] = [];
  for (const name of names) {
    if (name === '*') for (const safe of safeExperiments) enabled.add(safe);
    else if (isExperiment(name)) enabled.add(name);
    else unknown.push(name);
  }
  return { enabled, unknown };
}

function isExperiment(name: string): name is Experiment {
  return Object.hasOwn(experiments, name);
}
