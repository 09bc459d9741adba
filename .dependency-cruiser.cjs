/** The boundaries of the monorepo (docs/architecture.md): which package may import which. */
const packages = {
  api: [],
  tools: ['api'],
  agent: ['api'],
  server: ['api', 'tools', 'agent'],
  cli: ['api', 'tools', 'server'],
  dashboard: ['api'],
};

const between = Object.entries(packages).map(([name, allowed]) => ({
  name: `package-${name}`,
  comment: `packages/${name} imports only ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: '^packages/([^/]+)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...between,
    {
      name: 'server-folders-by-index',
      comment: 'folders of the server import each other only through their index.ts',
      severity: 'error',
      from: { path: '^packages/server/src/([^/]+)/' },
      to: { path: '^packages/server/src/([^/]+)/', pathNot: ['^packages/server/src/$1/', '/index\\.ts$'] },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: '^packages/server/src/(main|index)' },
      to: { path: '^packages/server/src/main' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^(packages|e2e)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
