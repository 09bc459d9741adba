import { oc } from '@orpc/contract';
import type { Permission } from './permissions.ts';

/** What an audit row calls the step (upstream's words, and `execute` for what happens inside a workspace). */
export type AuditAction =
  | 'create'
  | 'write'
  | 'delete'
  | 'start'
  | 'stop'
  | 'login'
  | 'logout'
  | 'register'
  | 'connect'
  | 'open'
  | 'execute'
  | 'read';

/**
 * The facts about a route that hold for every caller. The server's middleware reads them, so authorization, audit and
 * rate limits are decided here and nowhere else.
 */
export type RouteMeta = {
  /** Who may call: anybody, a signed-in user (the default), or a workspace's agent. */
  auth?: 'none' | 'user' | 'agent';
  /**
   * The permission a token must carry to call at all. The service then asks whether the actor has it on the object in
   * question. `signed-in` is for what every user may do with any token (who am I, what can I ask for).
   */
  permission?: Permission | 'signed-in';
  /** The audit row this route writes: before its effect when it has one, behind its answer when it only reads. */
  audit?: { action: AuditAction; resource: string };
  /** Which limiter counts it; `api` is the default. */
  rateLimit?: 'api' | 'login' | 'files' | 'none';
};

/** Every route of the contract starts from this builder. */
export const route = oc.$meta<RouteMeta>({ auth: 'user' });
