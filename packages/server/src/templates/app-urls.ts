const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
/** What a browser may be sent to by an external app: the web, and programs that open workspaces. */
const externalSchemes = new Set([
  'http:',
  'https:',
  'coder:',
  'cursor:',
  'jetbrains:',
  'jetbrains-gateway:',
  'kiro:',
  'ssh:',
  'vscode:',
  'vscode-insiders:',
  'windsurf:',
  'zed:',
]);

/** Why an app cannot be proxied to this address: it must be a server inside the workspace itself. */
export function appUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  const inside = url && (url.protocol === 'http:' || url.protocol === 'https:') && loopback.has(url.hostname);
  if (inside && url.username === '' && url.password === '') return undefined;
  return 'must be an address inside the workspace, such as http://localhost:8080 (or set "external: true")';
}

/** Why a browser must not be sent to this address. */
export function externalUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url && externalSchemes.has(url.protocol)) return undefined;
  return `must be an address that begins with one of ${[...externalSchemes].join(', ')}`;
}
