import { isStreamedBody } from '../agents/index.ts';
import { type BodyLimits, defaultBodyLimitBytes } from '../http/index.ts';

/** What an app of a workspace is sent is passed on as it comes. */
const PROXIED = /^\/@[^/]+\/[^/]+\/(?:ports|apps)\//;

/** Bodies of any length where nothing holds them whole, upstream's 10 MiB elsewhere. */
export const bodyLimits: BodyLimits = (path) =>
  isStreamedBody(path) || PROXIED.test(path) ? undefined : defaultBodyLimitBytes;
