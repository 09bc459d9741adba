import type { Examination } from '../examination.ts';
import { ok, skipped, type Verdict, warning } from '../report.ts';

/** How long the head of an answer may take; its body may be a stream without an end. */
const headMs = 10_000;

/** Whether a GET is answered as clients of the older era understand it: they try to open a stream that way. */
export async function checkGet({ http, target, token, tokenMissing }: Examination): Promise<Verdict[]> {
  if (token === undefined) return [skipped(`how a GET is answered takes a token to tell; ${tokenMissing}`)];
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
  const opened = await http.open(target.mcpUrl, { headers }, headMs);
  if (!('response' in opened)) return [unfit(opened.what)];
  const { response, close } = opened;
  close();
  const isStream = /^text\/event-stream/i.test(response.headers.get('content-type') ?? '');
  if (response.status === 401)
    return [skipped('how a GET is answered cannot be told: the token is not accepted')];
  if (response.status === 405 || (response.status === 200 && isStream)) {
    return [ok('answers a GET as older clients expect it')];
  }
  return [unfit(`HTTP ${response.status}`)];
}

const unfit = (how: string): Verdict =>
  warning(
    `A GET of the MCP address is answered with ${how}, and older clients take anything but 405 or a stream of events for a failure.`,
    'Let the proxy pass GET on to the server as it does POST, and its answers back unchanged.',
  );
