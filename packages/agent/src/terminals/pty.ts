import { AgentFault } from '../fault.ts';

type Pty = typeof import('@lydell/node-pty');
let loaded: Promise<Pty> | undefined;

/** Loads the terminal library at its first use: most agents never need it. A fault where it cannot run. */
export function loadPty(): Promise<Pty> {
  loaded ??= import('@lydell/node-pty').then(
    (module) => ('default' in module ? (module.default as Pty) : module),
    (cause: unknown) => {
      loaded = undefined;
      throw new AgentFault(
        'internal',
        'This workspace cannot open terminals: the terminal library does not run on its system. Run the command without pty instead.',
        { cause },
      );
    },
  );
  return loaded;
}
