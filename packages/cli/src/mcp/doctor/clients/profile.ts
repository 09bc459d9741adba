import type { ListedTool } from '../mcp/listed-tools.ts';
import type { Verdict } from '../report.ts';
import type { ServerMetadata } from '../walk/server-metadata.ts';

/**
 * How one client connects. Where its maker has not published something, it is what others have seen on their servers; the
 * sources are named beside the values.
 */
export type ClientProfile = {
  readonly id: string;
  readonly name: string;
  /** Whose machines it connects from; undefined for the user's own. */
  readonly cloud: string | undefined;
  /**
   * Whether the protected resource must be the address that the user has typed (`exact`), or may be one that covers it, as
   * the MCP SDK accepts it (`covers`).
   */
  readonly resource: 'exact' | 'covers';
  /** How long it waits for an answer, in milliseconds, where that is known. */
  readonly patienceMs?: number;
  /** Where it publishes its client metadata document; undefined if it has none. */
  readonly document?: string;
  /** Where it wants the answer of an authorization to be sent. */
  readonly redirectUri: (server: ServerMetadata) => string;
  /** What it registers (RFC 7591). */
  readonly registration: (server: ServerMetadata) => Record<string, unknown>;
  /** Whether it goes by the errors of the token endpoint to find out that it must register or sign in again. */
  readonly heedsTokenErrors?: boolean;
  /** What it says about the authorization server beyond what everybody needs. */
  readonly judgeServer?: (server: ServerMetadata) => Verdict[];
  /** What is entered for it by hand where it cannot register: its redirects, and where its user gives the ID. */
  readonly byHand: { readonly redirects: readonly string[]; readonly after: string };
  readonly judgeTools: (tools: readonly ListedTool[]) => Verdict[];
  /** Another list of tools that it is given, by the query of the MCP address. */
  readonly alsoLists?: {
    readonly query: string;
    readonly judge: (tools: readonly ListedTool[]) => Verdict[];
  };
};

/** `1 tool has`, `2 tools have`. */
export const counted = (tools: readonly ListedTool[]): string =>
  `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`;

/** Some of the names, for a message. */
export const some = (tools: readonly ListedTool[]): string =>
  `${tools
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}${tools.length > 3 ? ', …' : ''}`;
