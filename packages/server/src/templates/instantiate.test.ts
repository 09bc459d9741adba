import { execFileSync } from 'node:child_process';
import type { BuildParameter } from '@coder/api';
import { Environment, ManifestMetadata, ManifestScript } from '@coder/api/agent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantiate } from './instantiate.ts';
import { parseManifest } from './manifest/parse-manifest.ts';
import type { WorkspaceSpec } from './spec.ts';

const text = `name: web
parameters:
  - { name: cpus, type: number, default: 2 }
  - { name: memory, type: number, default: 1.5 }
  - { name: folder, default: app }
  - { name: port, default: "3000" }
  - { name: greeting-text, default: hello }
runtime:
  local:
    cpus: \${{ parameters.cpus }}
    memory: \${{ parameters.memory }}GiB
    disk: 10GiB
    env: { GREETING: "say \${{ parameters.greeting-text }}", SHARED: runtime }
agent:
  directory: ~/\${{ owner.name }}/\${{ parameters.folder }}
  env: { SHARED: agent, WHOSE: "\${{owner.name}}-\${{ workspace.name }}" }
  startup_script: printf '%s|%s' "$CODER_PARAMETER_GREETING_TEXT" "$GREETING"
  startup_timeout: 1m30s
  shutdown_script: echo bye
  metadata: [{ key: disk, script: df, interval: 1m }]
apps:
  - { slug: web, url: "http://localhost:\${{ parameters.port }}/?q=\${{ parameters.greeting-text }}", healthcheck: { url: "http://localhost:\${{ parameters.port }}/healthz" } }
  - { slug: top, command: top, hidden: true, share: public }
  - { slug: docs, url: "https://example.com/\${{ parameters.folder }}", external: true }
`;
const manifest = parseManifest(text).manifest!;
const defaults = { cpus: '2', memory: '1.5', folder: 'app', port: '3000', 'greeting-text': 'hello' };

function build(given: Partial<Record<keyof typeof defaults, string>> = {}, owner = 'ada'): WorkspaceSpec {
  const values: BuildParameter[] = Object.entries({ ...defaults, ...given }).map(([name, value]) => ({
    name,
    value,
  }));
  return instantiate(manifest, { values, workspace: { name: 'dev' }, owner: { name: owner } });
}

describe('instantiate', () => {
  it('replaces every reference', () => {
    const spec = build();
    expect(spec.limits).toEqual({
      cpuCores: 2,
      memoryBytes: 1.5 * 2 ** 30,
      diskBytes: 10 * 2 ** 30,
      processes: null,
    });
    expect(spec.env).toEqual({ GREETING: 'say hello', SHARED: 'runtime' });
    expect(spec.agent.directory).toBe('~/ada/app');
    expect(spec.agent.env).toMatchObject({
      SHARED: 'agent',
      WHOSE: 'ada-dev',
      GREETING: 'say hello',
      CODER_PARAMETER_CPUS: '2',
      CODER_WORKSPACE_NAME: 'dev',
      CODER_WORKSPACE_OWNER_NAME: 'ada',
    });
    expect(
      spec.apps.map(({ slug, url, command, healthcheck }) => [slug, url, command, healthcheck?.url]),
    ).toEqual([
      ['web', 'http://localhost:3000/?q=hello', null, 'http://localhost:3000/healthz'],
      ['top', null, 'top', undefined],
      ['docs', 'https://example.com/app', null, undefined],
    ]);
    expect(JSON.stringify(spec)).not.toContain('${{');
  });

  it('gives what the agent contract takes', () => {
    const { agent } = build();
    for (const script of agent.scripts) expect(ManifestScript.parse(script)).toEqual(script);
    for (const entry of agent.metadata) expect(ManifestMetadata.parse(entry)).toEqual(entry);
    expect(Environment.parse(agent.env)).toEqual(agent.env);
    expect(
      agent.scripts.map((s) => [s.run_on_start, s.run_on_stop, s.start_blocks_login, s.timeout_seconds]),
    ).toEqual([
      [true, false, true, 90],
      [false, true, false, 60],
    ]);
    expect(agent.log_sources.map((s) => s.id)).toEqual(agent.scripts.map((s) => s.log_source_id));
  });

  it.each([
    'it\'s "quoted" `id` $(id) ${HOME} $((1+1))',
    'line one\nline two; id & | > /dev/null',
    "'; touch /tmp/owned; '",
    '${{ owner.name }} }} ${{',
    '\\\n*',
  ])('keeps a value in its place: %j', (value) => {
    const { agent, env } = build({ 'greeting-text': value });
    expect(env.GREETING).toBe(`say ${value}`);
    const printed = execFileSync('/bin/sh', ['-c', agent.scripts[0]!.script], {
      env: agent.env,
      encoding: 'utf8',
    });
    expect(printed).toBe(`${value}|say ${value}`);
  });

  it('keeps any value within one part of an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const url = new URL(build({ 'greeting-text': value }).apps[0]!.url!);
        expect([url.origin, url.pathname, url.hash]).toEqual(['http://localhost:3000', '/', '']);
        expect([...url.searchParams]).toEqual([['q', value]]);
      }),
    );
  });

  it.each([
    [{ port: '80@evil.example' }, 'port', 'apps[0].url must be an address inside the workspace'],
    [{ folder: '../../etc' }, 'folder', 'agent.directory must have no ".."'],
    [{ folder: 'a\nb' }, 'folder', 'agent.directory must have no control characters'],
    [{ cpus: '0' }, 'cpus', 'runtime.local.cpus must be a number from 0.05 to 1024'],
    [{ memory: '-1' }, 'memory', 'runtime.local.memory must be a size'],
  ])('refuses %j, naming the parameter', (given, name, detail) => {
    expect(() => build(given)).toThrowError(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        validations: expect.arrayContaining([
          { field: `rich_parameter_values.${name}`, detail: expect.stringContaining(detail) },
        ]),
      }),
    );
  });
});
