import { absent, account, decided, free, noApp, type RouteRow, shut, user } from './rows.ts';

/** Applications, and what waits for approval. */
export const applicationsRows: Record<string, RouteRow> = {
  'oauth2.getInteraction': {
    with: { uid: 'aaaaaaaaaaaaaaaaaaaaa' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.decideInteraction': {
    with: { uid: 'aaaaaaaaaaaaaaaaaaaaa', decision: 'deny' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.getDevice': {
    with: { user_code: 'BBBB-BBBB' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.decideDevice': {
    with: { user_code: 'BBBB-BBBB', decision: 'deny' },
    look: 'FORBIDDEN',
    whole: 'FORBIDDEN',
    member: 'NOT_FOUND',
  },
  'oauth2.listGrants': { with: {}, ...account },
  'oauth2.revokeGrant': { with: { grant: 'none' }, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },

  'approvals.list': { with: {}, ...account, whole: 'ok' },
  'approvals.getPolicy': { with: {}, ...free },
  'approvals.updatePolicy': { with: { classes: [] }, ...decided, member: 'FORBIDDEN' },
  'approvals.get': { with: { approval: absent }, ...account, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'approvals.approve': { with: { approval: absent }, ...decided, member: 'NOT_FOUND' },
  'approvals.deny': { with: { approval: absent }, ...decided, member: 'NOT_FOUND' },
  'approvals.getUserPolicy': { ...user(), ...account, whole: 'ok' },
  'approvals.updateUserPolicy': { ...user({ classes: [] }), ...decided },

  'oauth2Provider.listApps': { with: {}, ...account },
  'oauth2Provider.createApp': {
    with: { name: 'theirs', redirect_uris: ['https://theirs.example.com/callback'] },
    ...shut,
  },
  'oauth2Provider.getApp': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.updateApp': {
    with: { app: absent, name: 'theirs', redirect_uris: ['https://theirs.example.com/callback'] },
    ...shut,
    whole: 'NOT_FOUND',
    member: 'NOT_FOUND',
  },
  'oauth2Provider.deleteApp': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.listSecrets': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.createSecret': { ...noApp, ...shut, whole: 'NOT_FOUND', member: 'NOT_FOUND' },
  'oauth2Provider.deleteSecret': {
    with: { app: absent, secret: absent },
    ...shut,
    whole: 'NOT_FOUND',
    member: 'NOT_FOUND',
  },
  'oauth2Provider.getSettings': { with: {}, ...shut },
  'oauth2Provider.updateSettings': { with: { client_id_metadata_documents_enabled: true }, ...shut },
};
