import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Where a sandboxed workspace finds its things. They do not depend on where the server keeps them. */
export const inside = {
  home: '/home/coder',
  runtime: '/opt/coder',
  agentState: '/var/lib/coder-agent',
  runtimeDirectory: '/run/user/1000',
  /** The folder of the server's unix socket. */
  link: '/run/coder',
  uid: 1000,
  gid: 1000,
  user: 'coder',
} as const;

export interface SandboxOptions {
  hostName: string;
  home: string;
  agentState: string;
  /** Holds `tmp` and `var-tmp`. */
  temporary: string;
  /** Holds the files made by `accountFiles`. */
  etc: string;
  runtime: string;
  /** The folder that holds the unix socket the agent dials, if it dials one. */
  linkFolder: string | undefined;
  cgroupViews: readonly { source: string; target: string }[];
  /** Of those, files that may be written. */
  tasksFiles: readonly { source: string; target: string }[];
  /** The limit of memory, which files in memory count against. */
  memoryBytes: number | null;
  /** Paths of the machine that must not be seen, should they lie in a part that is shown. */
  hidden: readonly string[];
}

const systemFolders = ['/usr', '/etc'];
/** Links into /usr on a merged system, folders on others. */
const systemRoots = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix'];

/**
 * The options that make a sandbox: namespaces of its own for mounts, processes, IPC, host name and
 * users; the system read-only; of the machine's changing parts only the workspace's own. Nothing else is there, so there is
 * nothing to forget to hide. `--die-with-parent` is left out: workspaces outlive the server.
 */
export function sandboxArguments(options: SandboxOptions): string[] {
  const memoryFolder = (mode: string, path: string) => [
    ...['--perms', mode],
    // Files in memory outlive whoever wrote them. When they filled the limit, only the agent would be left to end.
    ...(options.memoryBytes === null ? [] : ['--size', String(Math.floor(options.memoryBytes / 4))]),
    ...['--tmpfs', path],
  ];
  const { home, agentState, temporary, etc, runtime, linkFolder, cgroupViews, tasksFiles } = options;
  return [
    ...['--unshare-user', '--uid', String(inside.uid), '--gid', String(inside.gid)],
    ...[
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--hostname',
      options.hostName,
      '--unshare-cgroup-try',
    ],
    ...systemFolders.flatMap((path) => ['--ro-bind', path, path]),
    ...systemRoots.flatMap(systemRoot),
    ...etcFileNames.flatMap((name) => ['--ro-bind', join(etc, name), join('/etc', name)]),
    ...optFolders(),
    ...hiddenPaths(options.hidden),
    ...['--proc', '/proc', '--dev', '/dev', ...memoryFolder('1777', '/dev/shm'), '--remount-ro', '/dev'],
    ...['--ro-bind-try', '/sys/devices/system/cpu', '/sys/devices/system/cpu'],
    ...cgroupViews.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    ...tasksFiles.flatMap(({ source, target }) => ['--bind', source, target]),
    ...[...memoryFolder('0755', '/run'), '--perms', '0700', '--dir', inside.runtimeDirectory],
    ...resolverFile(),
    ...['--bind', join(temporary, 'tmp'), '/tmp', '--bind', join(temporary, 'var-tmp'), '/var/tmp'],
    ...['--symlink', '../run', '/var/run'],
    ...['--bind', home, inside.home, '--bind', agentState, inside.agentState],
    ...['--ro-bind', runtime, inside.runtime],
    ...(linkFolder === undefined ? [] : ['--ro-bind', linkFolder, inside.link]),
    ...['--remount-ro', '/', '--chdir', inside.home],
  ];
}

function systemRoot(path: string): string[] {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (!entry) return [];
  return entry.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

/** What is installed under /opt, one by one, so that the runtime can stand among it. */
function optFolders(): string[] {
  const names = lstatSync('/opt', { throwIfNoEntry: false })?.isDirectory() ? readdirSync('/opt') : [];
  return names
    .map((name) => join('/opt', name))
    .filter((path) => path !== inside.runtime)
    .flatMap((path) => ['--ro-bind-try', path, path]);
}

/** The list of name servers is often a link to a file that a resolver keeps under /run. */
function resolverFile(): string[] {
  try {
    const real = realpathSync('/etc/resolv.conf');
    return systemFolders.some((folder) => real.startsWith(`${folder}/`)) ? [] : ['--ro-bind', real, real];
  } catch {
    return [];
  }
}

/** An empty folder over a folder, nothing over a file: only where the path would otherwise be seen. */
function hiddenPaths(paths: readonly string[]): string[] {
  const shown = [...systemFolders, ...systemRoots, '/opt'];
  return paths.flatMap((path) => {
    if (!shown.some((folder) => path === folder || path.startsWith(`${folder}/`))) return [];
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (!entry) return [];
    return entry.isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path];
  });
}

const etcFileNames = ['passwd', 'group', 'hosts'] as const;

/** The account files of a sandbox: `whoami` has an answer, and the workspace's own host name resolves. */
export function accountFiles(hostName: string, shell: string): Record<(typeof etcFileNames)[number], string> {
  const { user, uid, gid, home } = inside;
  return {
    passwd: [
      'root:x:0:0:root:/root:/usr/sbin/nologin',
      `${user}:x:${uid}:${gid}::${home}:${shell}`,
      'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
      '',
    ].join('\n'),
    group: ['root:x:0:', 'tty:x:5:', `${user}:x:${gid}:`, 'nogroup:x:65534:', ''].join('\n'),
    hosts: `${readHosts()}127.0.0.1 ${hostName}\n`,
  };
}

function readHosts(): string {
  try {
    return `${readFileSync('/etc/hosts', 'utf8').trimEnd()}\n`;
  } catch {
    return '127.0.0.1 localhost\n';
  }
}
