import type { BodyLimits } from '../http/index.ts';
import { defaultBodyLimitBytes } from '../http/index.ts';

/** What is streamed through to a workspace: a file, standard input, and whatever an app of it is sent. */
const STREAMED = [
  /^\/api\/v2\/workspaceagents\/[^/]+\/files\/upload$/,
  /^\/api\/v2\/workspaceagents\/[^/]+\/processes\/[^/]+\/stdin$/,
  /^\/@[^/]+\/[^/]+\/(?:ports|apps)\//,
];

/** Bodies of any length where nothing holds them whole, upstream's 10 MiB elsewhere. */
export const bodyLimits: BodyLimits = (path) =>
  STREAMED.some((pattern) => pattern.test(path)) ? undefined : defaultBodyLimitBytes;
