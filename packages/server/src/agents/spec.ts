import type { AgentSpec } from '../templates/index.ts';

/** The `spec` column as what it holds: our own writing, so it is trusted and not parsed again. */
export function storedSpec(column: unknown): AgentSpec {
  return column as AgentSpec;
}
