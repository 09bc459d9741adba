import { type Verdict, warning } from '../report.ts';
import { type ClientProfile, counted, some } from './profile.ts';

const redirect = 'https://claude.ai/api/mcp/auth_callback';
const longestName = 64;

/**
 * claude.ai, and Claude on the desktop and on phones, whose custom connectors connect from the same place. Addresses and
 * limits: claude.com/docs/connectors/building. The method it registers with: anthropics/claude-ai-mcp issue 1043.
 */
export const claude: ClientProfile = {
  id: 'claude',
  name: 'claude.ai',
  cloud: 'Anthropic',
  resource: 'exact',
  patienceMs: 10_000,
  document: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
  redirectUri: () => redirect,
  registration: () => ({
    client_name: 'Claude',
    redirect_uris: [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  }),
  heedsTokenErrors: true,
  byHand: {
    redirects: [redirect],
    after: "give its ID and secret under the connector's advanced settings",
  },
  judgeTools(tools) {
    const verdicts: Verdict[] = [];
    const unlabelled = tools.filter(({ title, hinted }) => !title || !hinted);
    if (unlabelled.length > 0) {
      verdicts.push(
        warning(
          `${counted(unlabelled)} (${some(unlabelled)}) without a title or without readOnlyHint and destructiveHint, so Claude cannot tell its user what they do.`,
          'Update the server.',
        ),
      );
    }
    const long = tools.filter(({ name }) => name.length > longestName);
    if (long.length > 0) {
      verdicts.push(
        warning(
          `${counted(long)} (${some(long)}) with a name of more than ${longestName} characters.`,
          'Update the server.',
        ),
      );
    }
    return verdicts;
  },
};
