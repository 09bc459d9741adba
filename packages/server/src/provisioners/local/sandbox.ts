import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './accounts.ts';

export type SandboxMode = 'auto' | 'bwrap' | 'none';

/** A template asks for a runtime that this machine cannot give. The message says what to do about it. */
export class RuntimeUnavailable extends Error {
  override readonly name = 'RuntimeUnavailable';
}

/** How workspaces are started here. */
export type Sandbox =
  | { kind: 'bwrap'; program: string }
  | { kind: 'none'; reason: string; noNewPrivileges: readonly string[] };

/**
 * Decides once how workspaces are started. `probe` is an account like theirs: what root may do says nothing about them.
 * Throws RuntimeUnavailable when a sandbox is demanded and cannot be had.
 */
export function chooseSandbox(mode: SandboxMode, probe: Account, find = findProgram): Sandbox {
  const none = (reason: string): Sandbox => ({ kind: 'none', reason, noNewPrivileges: noNewPrivileges() });
  if (mode === 'none') return none('The server was told to run workspaces without a sandbox.');
  const program = find('bwrap');
  const problem = program ? tryBwrap(program, probe) : 'bubblewrap is not installed.';
  if (program && problem === undefined) return { kind: 'bwrap', program };
  if (mode === 'auto') return none(problem ?? '');
  throw new RuntimeUnavailable(
    `Workspaces of the local runtime need bubblewrap as their sandbox, and this machine has none that works: ${problem} ` +
      'Install it (on Debian and Ubuntu: apt-get install bubblewrap), or start the server with --local-sandbox=none to run ' +
      'workspaces as plain processes, which can see the machine they run on.',
  );
}

/** Undefined when a sandbox can be made; otherwise what bubblewrap says. */
function tryBwrap(program: string, { own, uid, gid }: Account): string | undefined {
  const namespaces = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'];
  const result = spawnSync(
    program,
    [...namespaces, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', 'true'],
    {
      ...(own ? { uid, gid } : {}),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
      timeout: 10_000,
    },
  );
  if (result.status === 0) return undefined;
  const said = result.error?.message ?? result.stderr.trim().split('\n').at(-1) ?? '';
  return `bubblewrap cannot make a sandbox here (${said || `exit code ${result.status}`}).`;
}

/** The start of a command line that takes from a program the way to get more rights than it has, where there is one. */
function noNewPrivileges(): readonly string[] {
  const setpriv = findProgram('setpriv');
  return setpriv ? [setpriv, '--no-new-privs'] : [];
}

function findProgram(name: string): string | undefined {
  for (const folder of ['/usr/local/bin', '/usr/bin', '/bin', ...(process.env.PATH ?? '').split(':')]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (folder.startsWith('/')) return path;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
