import type { Requirement } from './requirement.ts';

/** The dashboard. */
export const dashboard = [
  {
    id: 'dashboard.setup',
    promise: 'on a new deployment the dashboard creates the owner and signs in',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.sign-in',
    promise:
      'the dashboard signs in, goes back to the page that was asked for and nowhere else, and signs out',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.workspaces',
    promise:
      'the dashboard shows workspaces with status, health, resource use and what AI agents are doing, and starts, stops and deletes them, with the log of the build as it is written',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.text',
    promise: 'text that comes out of a workspace is shown as text',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.tokens',
    promise: 'the dashboard makes a token that is limited to what was marked, shows it once, and deletes it',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.audit',
    promise: 'administrators filter the audit log in the dashboard',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.consent',
    promise:
      'the consent page says who asks, how that is known and where the answer goes, and the user narrows there what may be done, in which workspaces and until when; the token can do just that until it is taken back',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.consent-denied',
    promise: 'cancelling a consent tells the application so, and a name cannot pose as part of the page',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.device',
    promise: 'a device without a browser is connected by the code it shows',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.oauth2-apps',
    promise:
      'administrators enter applications, make and delete their secrets, and switch the registration of others off',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.activity',
    promise:
      'every user sees in the dashboard what their own tokens and applications do, as it happens, by tool and workspace, and nobody else',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approval-policy',
    promise:
      'users choose in the dashboard what they want to approve first, owners choose it for everybody, and nobody takes that away for themselves',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approvals',
    promise:
      'a call by MCP that needs approval appears in the dashboard by itself, with its arguments as they are, and is denied there',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approval-text',
    promise:
      'a request for approval is shown as text whose hidden characters have names, however long it is, and is approved by keyboard, once',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.approval-of-others',
    promise:
      'owners decide for others knowingly, with a reason that the program is told; nobody else sees it',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.sharing',
    promise:
      'a workspace’s page shows with whom it is shared, shares it with a user or group to use or also to change it, and ends that',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.people',
    promise:
      'a page shows the members of an organization with their roles, searched and page by page, and its groups with their members and quota',
    source: 'docs/dashboard.md',
  },
  {
    id: 'dashboard.everywhere',
    promise:
      'the dashboard works by keyboard, from 360 pixels up with its whole navigation in sight, light and dark, asks no other host for anything, and cannot be framed',
    source: 'docs/dashboard.md',
  },
] as const satisfies readonly Requirement[];
