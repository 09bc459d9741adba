import { describe, expect, it } from 'vitest';
import { diagnose } from './testing/diagnose.ts';

describe('a deployment at which all is well', () => {
  it('is found well as every client, and nothing is left behind', async () => {
    const { report, deployment } = await diagnose();
    const all = [...report.deployment, ...report.clients.flatMap(({ findings }) => findings)];
    expect(all.filter(({ mark }) => mark !== 'ok')).toEqual([]);
    expect(report.connects).toBe(true);
    expect(report.clients.map(({ id }) => id)).toEqual(['claude', 'chatgpt', 'cursor', 'vscode']);
    expect(deployment.clients.size).toBe(0);
    expect(deployment.seen.filter(({ path }) => path === '/oauth2/register')).toHaveLength(4);
  });
});
