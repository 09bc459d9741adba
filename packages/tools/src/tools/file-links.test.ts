import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { agentId } from '../testing/fixtures.ts';

const sha256 = 'a'.repeat(64);

describe('links', () => {
  const link = {
    url: 'https://coder.example.com/api/v2/filelinks/x?ticket=t',
    method: 'GET',
    path: "/home/ada/it's",
    expires_at: '2026-01-02T03:04:05Z',
    size: 3,
    sha256,
    max_bytes: null,
  };

  it('to download say what is got, and how', async () => {
    const deployment = fakeDeployment({ 'files.createLink': () => link });
    const args = { workspace: 'api', path: "~/it's", expires_in: '90s' };
    const { json } = await call(deployment, 'coder_workspace_download_link', args);
    expect(json).toEqual({
      url: link.url,
      path: link.path,
      size: 3,
      sha256,
      expires_at: link.expires_at,
      command: `curl -fo 'it'\\''s' '${link.url}'`,
    });
    expect(inputsOf(deployment, 'files.createLink')).toMatchObject([
      { agent: agentId, direction: 'download', path: "~/it's", expires_in_ms: 90_000 },
    ]);
  });

  it('to upload carry what is taken', async () => {
    const deployment = fakeDeployment({
      'files.createLink': () => ({ ...link, method: 'PUT', size: null, sha256: null, max_bytes: 10 }),
    });
    const args = {
      workspace: 'api',
      path: '/x',
      max_bytes: 10,
      sha256: sha256.toUpperCase(),
      overwrite: true,
    };
    const { json } = await call(deployment, 'coder_workspace_upload_link', args);
    expect(json).toMatchObject({ method: 'PUT', max_bytes: 10, command: `curl -fT FILE '${link.url}'` });
    expect(inputsOf(deployment, 'files.createLink')).toMatchObject([
      { direction: 'upload', expires_in_ms: 900_000, max_bytes: 10, sha256, overwrite: true },
    ]);
  });

  it.each(['2h', '10ms', 'soon'])('are not made for %s', async (expires_in) => {
    const args = { workspace: 'api', path: '/x', expires_in };
    const { isError } = await call(fakeDeployment(), 'coder_workspace_download_link', args);
    expect(isError).toBe(true);
  });
});
