import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What opens an address on a platform, and where it stands among its arguments. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Whether this address may be handed to the desktop: a template's app could otherwise start any program by its scheme. */
export function isWebAddress(address: string): boolean {
  return /^https?:\/\//i.test(address) && URL.canParse(address);
}

/** Opens an address in the browser. False when there is none here, or the address is not one of the web. */
export async function launch(address: string): Promise<boolean> {
  const [program, ...words] = openers[process.platform] ?? [];
  if (program === undefined || !isWebAddress(address)) return false;
  const child = spawn(program, [...words, address], { stdio: 'ignore', detached: true });
  try {
    await once(child, 'spawn');
    child.unref();
    return true;
  } catch {
    return false;
  }
}
