import { ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { tools } from '../registry.ts';
import { inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { aWorkspace } from '../testing/fixtures.ts';
import { resourcesFor } from './resources.ts';

const { read } = resourcesFor(new Map(tools.map((tool) => [tool.name, tool])));
const file = (content: string, more: object = {}) => ({
  path: '/home/ada/notes.txt',
  content,
  encoding: 'text',
  binary: false,
  offset: 0,
  bytes: content.length,
  size: content.length,
  etag: 'e',
  next_offset: null,
  mime_type: 'text/plain',
  ...more,
});

describe('resources', () => {
  it('are the workspaces and one of them', async () => {
    const { client } = fakeDeployment();
    const [list] = (await read(client, 'coder://workspaces')).contents;
    expect(JSON.parse((list as { text: string }).text)).toMatchObject({ count: 2 });
    const [one] = (await read(client, 'workspace://me/api')).contents;
    expect(one).toMatchObject({ uri: 'workspace://me/api', mimeType: 'application/json' });
    expect(JSON.parse((one as { text: string }).text)).toMatchObject({ name: 'api', status: 'running' });
  });

  it('are the guide to templates', async () => {
    const [guide] = (await read(fakeDeployment().client, 'coder://templates/guide')).contents;
    expect(guide).toMatchObject({
      mimeType: 'text/markdown',
      text: expect.stringContaining('template.yaml'),
    });
  });

  it('are the log of the latest build', async () => {
    const deployment = fakeDeployment();
    deployment.logs.push({
      id: 1,
      created_at: '2026-01-02T03:04:05Z',
      log_source: 'provisioner',
      log_level: 'info',
      stage: 'x',
      output: 'Starting',
    });
    const { contents } = await read(deployment.client, 'workspace://me/api/build-log');
    expect(contents).toEqual([
      { uri: 'workspace://me/api/build-log', mimeType: 'text/plain', text: 'Starting' },
    ]);
  });

  it('are the files of a workspace, as text or as bytes', async () => {
    const deployment = fakeDeployment({
      'files.readBytes': ({ path }: { path: string }) =>
        path.endsWith('.png')
          ? file('iVBORw==', { encoding: 'base64', binary: true, mime_type: 'image/png' })
          : file('hello'),
    });
    const uris = [
      'workspace://me/api/files/home/ada/a%20b.txt',
      'workspace://ada/api.main/files/~/x.png',
      'workspace://me/api/files//etc/hosts',
    ];
    const contents = await Promise.all(
      uris.map(async (uri) => (await read(deployment.client, uri)).contents[0]),
    );
    expect(contents).toMatchObject([
      { text: 'hello', mimeType: 'text/plain' },
      { blob: 'iVBORw==', mimeType: 'image/png' },
      { text: 'hello' },
    ]);
    expect(
      inputsOf(deployment, 'files.readBytes')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/etc/hosts', '/home/ada/a b.txt', '~/x.png']);
  });

  it('are refused in the words of the protocol', async () => {
    const deployment = fakeDeployment({
      'files.readBytes': ({ path }: { path: string }) => {
        if (path === '/none') throw new ApiError('NOT_FOUND');
        if (path === '/broken') throw new ApiError('AGENT_UNREACHABLE');
        return file('x', { size: 5_000_000, next_offset: 1_048_576 });
      },
    });
    deployment.workspaces.push(aWorkspace('cold', 'stopped'));
    const failure = (uri: string) =>
      read(deployment.client, uri).then(
        () => undefined,
        (error: Error) => error,
      );
    for (const uri of [
      'workspace://me/none',
      'workspace://me/api/files/none',
      'coder://nothing',
      'file:///etc',
    ]) {
      expect(await failure(uri), uri).toMatchObject({ code: -32_602, message: expect.stringContaining(uri) });
    }
    expect((await failure('workspace://me/api/files/large'))?.message).toContain('coder_workspace_read_file');
    expect((await failure('workspace://me/cold/files/x'))?.message).toContain('is stopped');
    expect((await failure('workspace://me/api/files/%zz'))?.message).toContain('not encoded well');
    expect(await failure('workspace://me/api/files/broken')).toMatchObject({ code: -32_603 });
  });
});
