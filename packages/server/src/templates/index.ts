export type { JobsPort, LogInput, TemplatesDeps } from './deps.ts';
export { createFiles, type Files } from './files.ts';
export { IMPORT_TASK, type ImportTask, importTemplateVersion } from './import-version.ts';
export { instantiate } from './instantiate.ts';
export { loadBuildableVersion } from './load-version.ts';
export { formatProblem, type ParsedManifest, parseManifest } from './manifest/parse-manifest.ts';
export { matchingPreset } from './parameters/presets.ts';
export { parameterValidations, resolveParameters } from './parameters/resolve.ts';
export { serveTemplateStreams } from './raw-routes.ts';
export { templateRoutes, templateVersionRoutes } from './routes.ts';
export type {
  AgentSpec,
  AppSpec,
  BuildableVersion,
  InstantiateInput,
  LogSourceSpec,
  MetadataSpec,
  ParameterProblem,
  Resolved,
  ResolveInput,
  ScriptSpec,
  VersionPreset,
  WorkspaceSpec,
} from './spec.ts';
export { createStarterTemplates, type StarterTemplates } from './starters.ts';
export { createTemplates, type Templates } from './templates.ts';
export { createTemplateVersions, type TemplateVersions } from './versions.ts';
