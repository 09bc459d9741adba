import type { Requirement } from './requirement.ts';

/** Applications and tokens, approvals and organizations: who may do what. */
export const access = [
  {
    id: 'tokens.narrow',
    promise:
      'a token with scopes and an allow list can do just that, and tools it may not use are not listed',
    source: 'README, Connect an AI agent',
  },
  {
    id: 'tokens.narrow-commands',
    promise:
      'with a narrow token the command line lists, shows and does just what the token may; of other workspaces it says what it says of none',
    source: 'SECURITY.md',
  },
  {
    id: 'oauth.sdk',
    promise: "the SDK's client signs in by the address alone, in both eras, registered or by its document",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.step-up',
    promise: "a tool that needs more makes the SDK's client ask its user for it, and the call goes on",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.cimd-only',
    promise: 'where no application may register itself, one that publishes a document signs in all the same',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.inspector',
    promise:
      "the Inspector's command line signs in by the address alone, in both eras, registered or by its document, and finds no tool that was not allowed",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.entered',
    promise:
      'where applications can neither register themselves nor publish who they are, a client signs in with the id and the secret that an administrator has made',
    source: 'docs/clients/README.md',
  },
  {
    id: 'oauth.chosen',
    promise: 'an application that was allowed in chosen workspaces sees only these, over MCP and REST',
    source: 'docs/dashboard.md',
  },
  {
    id: 'oauth.created',
    promise:
      'an application that was allowed in what it creates itself sees only that, and none of the workspaces that were there',
    source: 'docs/dashboard.md',
  },
  {
    id: 'oauth.devices',
    promise:
      'two devices of one application are two connections; disconnecting one ends it from its next request on and leaves the other',
    source: 'docs/dashboard.md',
  },
  {
    id: 'oauth.refresh',
    promise: 'an application whose access token has ended renews it by itself and goes on',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.mcp-remote',
    promise: 'mcp-remote signs in by the address alone, and remembers it until it is disconnected',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.claude-code',
    promise: 'claude mcp login signs in by the address alone, and is connected until it is disconnected',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.codex',
    promise: 'codex mcp add signs in by the address alone, and calls tools until it is disconnected',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.strict',
    promise:
      'a client that checks every answer by the letter goes from the address to a token, renews it, and revokes the connection with it',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.strict-refusals',
    promise:
      'a code is good once, with its verifier and for our resource; coming twice, it ends what was got with it',
    source: 'docs/clients-tested.md',
  },
  {
    id: 'oauth.conformance',
    promise: "the conformance suite's authorization set passes whole",
    source: 'docs/clients-tested.md',
  },
  {
    id: 'approvals.link',
    promise:
      'a call that needs approval does nothing and says where a person decides; once approved, the same call goes through, one time',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.page',
    promise:
      'a client that can show pages is given the page to open, and its call goes on when the person has approved',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.undecided',
    promise: 'what a client answers approves nothing: the decision is the person’s on the page',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.delete',
    promise:
      'a workspace that is to be deleted with approval is not touched before it, over MCP or with a token',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.inside',
    promise:
      'commands of tokens, and what they write to the input of a process, wait for approval byte for byte; to end that input without a word, and a person’s own session, need none',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.terminal',
    promise: 'a terminal that a token opens waits for approval of its command',
    source: 'docs/approvals.md',
  },
  {
    id: 'approvals.off',
    promise: 'when approval is no longer demanded, the call goes on',
    source: 'docs/approvals.md',
  },
  {
    id: 'organizations.members',
    promise:
      'people see the organizations they are members of, and what is open to them ends with the membership',
    source: 'docs/organizations.md',
  },
  {
    id: 'organizations.sharing',
    promise:
      'a shared workspace is listed and used by whom it is shared with, never deleted by them, and gone with the share',
    source: 'docs/organizations.md',
  },
  {
    id: 'organizations.quota',
    promise:
      'a start beyond a quota is refused with the numbers, at once or by several at once; stopping and deleting are always possible',
    source: 'docs/organizations.md',
  },
] as const satisfies readonly Requirement[];
