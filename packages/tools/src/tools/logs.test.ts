import type { ProvisionerLog } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';

const line = (id: number, output = `line ${id}`): ProvisionerLog => ({
  id,
  created_at: '',
  log_source: 'provisioner',
  log_level: 'info',
  stage: 'Build',
  output,
});

describe('coder_get_workspace_build_logs', () => {
  it('gives the lines as an array of strings', async () => {
    const deployment = fakeDeployment();
    deployment.logs = [line(1), line(2)];
    const { text } = await call(deployment, 'coder_get_workspace_build_logs', { workspace: 'api' });
    expect(JSON.parse(text)).toEqual(['line 1', 'line 2']);
  });

  it('leaves out the middle of a long log and says where to read it', async () => {
    const deployment = fakeDeployment();
    deployment.logs = Array.from({ length: 5_000 }, (_, at) => line(at + 1, 'x'.repeat(100)));
    const { text } = await call(deployment, 'coder_get_workspace_build_logs', { workspace: 'api' });
    expect(text.length).toBeLessThan(40_000);
    const gap = (JSON.parse(text) as string[]).find((one) => one.startsWith('[…'));
    const after = Number(/after (\d+)/.exec(gap ?? '')?.[1]);
    const next = await call(deployment, 'coder_get_workspace_build_logs', { workspace: 'api', after });
    expect((JSON.parse(next.text) as string[])[0]).toBe('x'.repeat(100));
  });

  it('follows a running build until its end, by long polls', async () => {
    const deployment = fakeDeployment({
      'builds.logs': ({ after = 0 }: { after?: number }) => {
        const build = deployment.workspaces[0]?.latest_build;
        if (build && after >= 2) build.job.status = 'succeeded';
        return after < 3 ? [line(after + 1)] : [];
      },
    });
    const build = deployment.workspaces[0]?.latest_build;
    if (build) build.job.status = 'running';
    const { text } = await call(deployment, 'coder_get_workspace_build_logs', {
      workspace_build_id: build?.id,
    });
    expect(JSON.parse(text)).toEqual(['line 1', 'line 2', 'line 3']);
    expect(inputsOf(deployment, 'builds.logs').at(-1)?.wait_ms).toBeGreaterThan(0);
  });
});
