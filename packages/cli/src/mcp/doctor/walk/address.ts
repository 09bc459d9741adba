import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ok, problem, type Verdict, warning } from '../report.ts';
import type { Walk } from './walk.ts';

/** Whether the client reaches the address from where it is, and will talk to it. */
export async function checkAddress(walk: Walk): Promise<Verdict[]> {
  return walk.client.cloud === undefined ? fromHere(walk) : fromCloud(walk, walk.client.cloud);
}

function fromHere({ target, client }: Walk): Verdict[] {
  if (target.isSecure) return [ok('reached with https from this machine')];
  if (target.isLoopback) return [ok('reached on this machine')];
  return [
    warning(
      `The address is not https, so ${client.name} would send codes and tokens in the clear, and clients of the MCP SDK refuse to.`,
      httpsFix,
    ),
  ];
}

async function fromCloud({ target, client, resolve }: Walk, cloud: string): Promise<Verdict[]> {
  if (target.isLoopback) {
    return [
      warning(
        `The address is this machine's own${target.isSecure ? '' : ' and not https'}: ${client.name} connects from ${cloud}'s cloud and will not reach it; the rest is checked as if it did.`,
        'Give the deployment a public https address, set CODER_ACCESS_URL to it, and run this again with it.',
      ),
    ];
  }
  const verdicts: Verdict[] = [];
  if (!target.isSecure) {
    verdicts.push(
      problem(`The address is not https, and ${client.name} connects to nothing else.`, httpsFix),
    );
  }
  const hostname = target.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(hostname)
    ? [{ address: hostname, family: isIP(hostname) }]
    : await resolve(hostname).catch(() => []);
  const inside = addresses.filter(({ address }) => ipaddr.process(address).range() !== 'unicast');
  if (inside.length > 0) {
    verdicts.push(
      warning(
        `From here ${target.hostname} is ${inside.map(({ address }) => address).join(', ')}, which is not a public address; ${client.name} connects from ${cloud}'s cloud.`,
        'Check from outside of your network that the name has a public address and that the firewall lets it in; if so, all is well.',
      ),
    );
  } else if (addresses.length > 0 && !addresses.some(({ family }) => family === 4)) {
    verdicts.push(
      warning(
        `${target.hostname} has no IPv4 address, which ${client.name} needs.`,
        'Enter an A record for it in DNS.',
      ),
    );
  }
  return verdicts.length > 0 ? verdicts : [ok('has https and a public address')];
}

const httpsFix =
  'Put a proxy with a certificate in front of the server, and set CODER_ACCESS_URL to the https address.';
