import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ApiClient } from '@coder/api';
import { Command, Option } from 'commander';
import { ensureRunning } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import { collectList } from '../collect.ts';
import { type FindTarget, joinWorkspace } from '../forwarding/join-workspace.ts';
import { type Listener, listenFor } from '../forwarding/listen.ts';
import { type Forward, parseForwards } from '../forwarding/parse-forward.ts';
import { plain } from '../output/table.ts';
import { clientOf, sessionOf } from '../session/context.ts';
import { findWorkspace, parseWorkspaceRef, pickAgent } from '../workspace-ref.ts';

type Flags = { tcp: string[]; udp: string[]; disableAutostart?: boolean };

const EXAMPLES = `
Examples:
  $ coder port-forward web --tcp 8080
  $ coder port-forward web --tcp 8080:3000 --tcp 5433:5432
  $ coder port-forward web --tcp 8080,9000:3000,9090-9092,10000-10002:10010-10012
  $ coder port-forward web --tcp 0.0.0.0:8080:3000 --tcp [::1]:9000

The first port is the one on this machine; 0 takes any that is free. Without an address only this machine can connect.
Ports that programs of the workspace listen on are reached, also those on its loopback. It goes on until it is interrupted,
also while the workspace is started again.`;

/** The agent at first, and the workspace's present one when that is gone. */
function targetFinder(command: Command, client: ApiClient, ref: string, first: string): FindTarget {
  const { url = '', token } = sessionOf(command);
  let agent = first;
  return async (again) => {
    if (again) agent = pickAgent(await findWorkspace(client, ref), parseWorkspaceRef(ref).agent).id;
    return { url, token: (await token?.()) ?? '', agent };
  };
}

/** Says each thing once as long as nothing else happens: a program that connects again and again would repeat it. */
function complaints(): (port: number, message: string) => void {
  let last = '';
  return (port, message) => {
    const line = plain(`Port ${port}: ${message}`);
    if (line !== last) console.error(line);
    last = line;
  };
}

async function listenForAll(
  forwards: readonly Forward[],
  connected: (socket: Socket, port: number) => void,
): Promise<Listener[]> {
  const listeners: Listener[] = [];
  try {
    for (const forward of forwards) listeners.push(await listenFor(forward, connected));
    return listeners;
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw error;
  }
}

/** `coder port-forward`. */
export function portForwardCommand(): Command {
  return new Command('port-forward')
    .alias('tunnel')
    .description('Reach TCP ports of a workspace under ports of this machine')
    .argument('<workspace>', 'name, owner/name, or either with .agent')
    .addOption(
      new Option(
        '-p, --tcp <[address:]local[:remote]>',
        'port or range; may be repeated, or with commas between',
      )
        .env('CODER_PORT_FORWARD_TCP')
        .argParser(collectList)
        .default([]),
    )
    .addOption(
      new Option('--udp <port>', 'refused: only TCP is forwarded')
        .env('CODER_PORT_FORWARD_UDP')
        .argParser(collectList)
        .default([])
        .hideHelp(),
    )
    .addOption(
      new Option('--disable-autostart', 'do not start a workspace that is stopped').env(
        'CODER_SSH_DISABLE_AUTOSTART',
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (ref: string, flags: Flags, command: Command) => {
      if (flags.udp.length > 0) {
        throw new CliError('UDP is not forwarded: the way into a workspace carries TCP only. Use --tcp.');
      }
      const forwards = parseForwards(flags.tcp);
      const client = clientOf(command);
      const workspace = await findWorkspace(client, ref);
      const { agent: name } = parseWorkspaceRef(ref);
      const agent = flags.disableAutostart
        ? pickAgent(workspace, name)
        : await ensureRunning(client, workspace, name);
      const target = targetFinder(command, client, ref, agent.id);
      const complain = complaints();
      const open = new Set<Socket>();
      const listeners = await listenForAll(forwards, (socket, port) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        void joinWorkspace(socket, port, target, (message) => complain(port, message));
      });
      for (const { host, port, remotePort } of listeners) {
        const shown = host.includes(':') ? `[${host}]` : host;
        console.error(
          `Forwarding ${shown}:${port} on this machine to port ${remotePort} of ${workspace.name}`,
        );
      }
      console.error('Ready. End it with Ctrl+C.');
      await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
      for (const listener of listeners) listener.close();
      for (const socket of open) socket.destroy();
    });
}
