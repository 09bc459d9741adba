export { instantiate } from './instantiate.ts';
export { formatProblem, type ParsedManifest, parseManifest } from './manifest/parse-manifest.ts';
export { matchingPreset } from './parameters/presets.ts';
export { parameterValidations, resolveParameters } from './parameters/resolve.ts';
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
