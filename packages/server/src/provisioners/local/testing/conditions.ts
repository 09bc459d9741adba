import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createCgroups } from '../cgroups/index.ts';
import { chooseSandbox } from '../sandbox.ts';

/** One way the local runtime is used: who the server is, and whether there is a sandbox. */
export interface World {
  name: string;
  sandbox: 'bwrap' | 'none';
  /** The account of the server, when it is not that of the tests. */
  uid: number | undefined;
  /** Whether workspaces are kept from each other. */
  isolated: boolean;
  /** Whether a process that drops its environment gets away, for want of all that would find it. */
  escapes: boolean;
  /** Why it cannot be tried here. */
  skip: string | undefined;
}

export const isRoot = process.getuid?.() === 0;
/** An account a root server can be tried under. */
export const nobody = isRoot
  ? Number(/^nobody:[^:]*:(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1])
  : undefined;

function bwrapProblem(uid: number | undefined): string | undefined {
  const account = { uid: uid ?? 0, gid: uid ?? 0, own: isRoot };
  const sandbox = chooseSandbox('auto', account);
  return sandbox.kind === 'none' ? sandbox.reason : undefined;
}

/** Another account must be able to read what it runs. */
function closedFolder(): string | undefined {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    try {
      accessSync(at, constants.R_OK);
    } catch {
      return at;
    }
    if (isRoot && /^\/root(\/|$)/.test(at)) return at;
  }
  return undefined;
}

/** The folder that keeps other accounts from reading this code, if one does. */
export const closed = closedFolder();
const asNobody = isRoot ? closed && `other accounts cannot read ${closed}` : undefined;

export const worlds: World[] = isRoot
  ? [
      {
        name: 'as root, with bubblewrap',
        sandbox: 'bwrap',
        uid: undefined,
        isolated: true,
        escapes: false,
        skip: bwrapProblem(nobody),
      },
      {
        name: 'as root, without a sandbox',
        sandbox: 'none',
        uid: undefined,
        isolated: true,
        escapes: false,
        skip: undefined,
      },
      {
        name: 'as nobody, with bubblewrap',
        sandbox: 'bwrap',
        uid: nobody,
        isolated: true,
        escapes: false,
        skip: asNobody ?? bwrapProblem(nobody),
      },
      {
        name: 'as nobody, without a sandbox',
        sandbox: 'none',
        uid: nobody,
        isolated: false,
        escapes: true,
        skip: asNobody,
      },
    ]
  : [
      {
        name: 'with bubblewrap',
        sandbox: 'bwrap',
        uid: undefined,
        isolated: true,
        escapes: false,
        skip: bwrapProblem(undefined),
      },
      {
        name: 'without a sandbox',
        sandbox: 'none',
        uid: undefined,
        isolated: false,
        escapes: true,
        skip: undefined,
      },
    ];

/** What can be limited on this machine by the account of the tests. */
export const enforceable = createCgroups(isRoot).enforceable({
  cpuCores: 1,
  memoryBytes: 1,
  diskBytes: null,
  processes: 1,
});
