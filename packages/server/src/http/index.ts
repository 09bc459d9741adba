export { createHttpApp, type HttpApp } from './app.ts';
export type { ApprovalAsk, ApprovalGate } from './approval-gate.ts';
export type { AuditEntry, AuditOutcome, AuditTrail } from './audit-draft.ts';
export { askedBy, callerFields } from './audit-draft.ts';
export { type BodyLimits, defaultBodyLimitBytes } from './body-limit.ts';
export { type CallIntent, createCallIntent } from './call-intent.ts';
export { challengeFor, PROTECTED_RESOURCE_PATH } from './challenge.ts';
export { addressGroup, type TrustedProxies } from './client-address.ts';
export { createConcurrencyLimiter } from './concurrency-limiter.ts';
export { errorResponse, toApiError } from './error-response.ts';
export { createHealth, type HealthState } from './health.ts';
export { createHostRules, isLoopbackName } from './host-rules.ts';
export { createInProcessClients, type InProcessCaller } from './in-process-client.ts';
export { intend } from './intend.ts';
export { lastingStream, type WhileGood } from './lasting-stream.ts';
export { createMetrics, type Metrics, serveMetrics } from './metrics.ts';
export { createOpenRequests, type OpenRequests } from './open-requests.ts';
export { type ApiHandler, createApiHandler } from './openapi.ts';
export {
  type Authenticate,
  type AuthenticateAgent,
  createPipeline,
  type Pipeline,
} from './pipeline.ts';
export { createRateLimits, type RateLimits } from './pipeline-limits.ts';
export { validationsOf } from './pipeline-validation.ts';
export { type PlainPage, plainPage, wantsPage } from './plain-page.ts';
export { api, holdsEffect, type RequestContext } from './procedure.ts';
export { createRateLimiter } from './rate-limiter.ts';
export { createRawRoutes, type RawRequest, type RawRoutes, type RawUpgrade } from './raw-routes.ts';
export { refuseNul } from './refuse-nul.ts';
export type { HttpContext, HttpEnv, RequestInfo } from './request-info.ts';
export { parseSearch, searchTerms } from './search-terms.ts';
export {
  badSearch,
  containsPattern,
  searchBoolean,
  searchChoice,
  searchChoices,
  searchIds,
  searchTime,
} from './search-values.ts';
export { serveEventSocket, serveEvents } from './serve-events.ts';
export { serveLines, uuidParameter } from './serve-lines.ts';
export { createHttpServer } from './server.ts';
export { createToolCalls } from './tool-calls.ts';
export { createUpgrades, type UpgradeRequest, type Upgrades } from './upgrades.ts';
export { viaOf } from './via.ts';
