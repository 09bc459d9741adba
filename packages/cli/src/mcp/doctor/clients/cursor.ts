import { type Verdict, warning } from '../report.ts';
import { type ClientProfile, counted, some } from './profile.ts';

const redirects = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
];
/** What people who use it report; beyond these it leaves tools out. */
const mostTools = 40;
const longestFullName = 60;
const serverName = 'coder';

/** Cursor registers its three redirects at once, and an authorization server that refuses one refuses them all. */
export const cursor: ClientProfile = {
  id: 'cursor',
  name: 'Cursor',
  cloud: undefined,
  resource: 'covers',
  redirectUri: () => 'http://localhost:8787/callback',
  registration: () => ({
    client_name: 'Cursor',
    redirect_uris: redirects,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }),
  byHand: {
    redirects,
    after: 'write its ID and secret into mcp.json as auth.CLIENT_ID and auth.CLIENT_SECRET',
  },
  judgeTools(tools) {
    const verdicts: Verdict[] = [];
    if (tools.length > mostTools) {
      verdicts.push(
        warning(
          `${tools.length} tools are listed, and Cursor works well with up to ${mostTools} of all servers together.`,
          'Give Cursor the address with ?toolset=workspace or ?toolset=readonly.',
        ),
      );
    }
    const long = tools.filter(({ name }) => `${serverName}_${name}`.length > longestFullName);
    if (long.length > 0) {
      verdicts.push(
        warning(
          `${counted(long)} (${some(long)}) with a name that is longer than ${longestFullName} characters together with the server's, which Cursor leaves out.`,
          'Give the server a short name in mcp.json.',
        ),
      );
    }
    return verdicts;
  },
};
