import { describe, expect, it } from 'vitest';
import { type ConfigInput, parseConfig } from './config.ts';
import { renderHelp, renderReference } from './help.ts';
import { optionList } from './options.ts';
import { ConfigError } from './problems.ts';

const parse = (input: ConfigInput) => parseConfig({ env: {}, home: '/home/ann', uid: 1000, ...input });
const yaml = (content: string): ConfigInput => ({ flags: { config: 'c.yaml' }, readFile: () => content });

/** The problems as `source: problem` lines. */
function problemsOf(input: ConfigInput): string[] {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ source, problem }) => `${source}: ${problem}`);
    throw error;
  }
  return [];
}

describe('precedence', () => {
  const file = 'networking:\n  http:\n    httpAddress: 127.0.0.1:3\n';
  it.each([
    [
      'the flag',
      { flags: { config: 'c', 'http-address': ':1' }, env: { CODER_HTTP_ADDRESS: ':2' } },
      1,
      '--http-address',
    ],
    [
      'the environment',
      { flags: { config: 'c' }, env: { CODER_HTTP_ADDRESS: ':2' } },
      2,
      'CODER_HTTP_ADDRESS',
    ],
    [
      'the file',
      { env: { CODER_CONFIG_PATH: 'c', CODER_HTTP_ADDRESS: '' } },
      3,
      'c:3 networking.http.httpAddress',
    ],
    ['the default', {}, 3000, undefined],
  ])('comes to %s', (_, input, port, source) => {
    const { config } = parse({ ...input, readFile: () => file });
    expect([config.httpAddress.port, config.sources.httpAddress]).toEqual([port, source]);
  });
});

describe('problems', () => {
  it('are listed all at once, each with its source and what would be right', () => {
    const content =
      'networking:\n  accesURL: http://x\nprovisioning:\n  daemons: [1, 2]\nexperiments: oauth2\ndangerous: yes\n';
    expect(
      problemsOf({
        flags: { config: 'c.yaml', 'http-address': 'nowhere', 'acces-url': 'x' },
        env: {
          CODER_MCP_HTTP_TIMEOUT: '120',
          CODER_PG_CONNECTION_URL: 'mysql://root:hunter2@x',
          CODER_API_RATE_LIMIT: '0',
        },
        readFile: () => content,
      }),
    ).toEqual([
      '--acces-url: is not an option; did you mean --access-url?',
      'c.yaml:2 networking.accesURL: is not an option; did you mean networking.accessURL?',
      'c.yaml:4 provisioning.daemons: must be one value',
      'c.yaml:6 dangerous: must hold options by name',
      'CODER_PG_CONNECTION_URL: must be a URL that starts with postgres://',
      '--http-address "nowhere": must be host:port, such as 127.0.0.1:3000, [::1]:3000 or :3000 for every address',
      'CODER_API_RATE_LIMIT "0": must be a whole number from 1 to 1000000000',
      'CODER_MCP_HTTP_TIMEOUT "120": must be a duration with its unit, such as 120s, 5m or 1h30m',
    ]);
  });

  it.each([
    ['access-url', 'coder.example.com', /starts with http:/],
    ['access-url', 'https://a.example/coder', /no path: https:\/\/a\.example/],
    ['access-url', 'https://a.example/?x=1', /no \?/],
    ['wildcard-access-url', 'example.com', /starts with \*/],
    ['http-address', '127.0.0.1:99999', /host:port/],
    ['http-address', '::1:3000', /host:port/],
    ['proxy-trusted-origins', '10.0.0.0/33', /"10\.0\.0\.0\/33"/],
    ['proxy-trusted-headers', 'X Forwarded', /header/],
    ['prometheus-enable', 'maybe', /true or false/],
    ['local-sandbox', 'jail', /bwrap, auto, none/],
    ['session-duration', '10s', /at least 1m/],
    ['default-token-lifetime', '9999999h', /maximum lifetime/],
  ])('--%s %s', (flag, value, problem) => {
    const found = problemsOf({ flags: { [flag]: value } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it.each([
    ['- a list', /^c\.yaml:1: must hold options by name, such as/],
    ['networking: [', /^c\.yaml:\d: is not valid YAML/],
    ['a: 1\na: 2\n', /^c\.yaml:2: is not valid YAML: Map keys must be unique/],
  ])('of a file that holds %j', (content, problem) => {
    expect(problemsOf(yaml(content))[0]).toMatch(problem);
  });

  it('of a file that is not there', () => {
    expect(problemsOf({ env: { CODER_CONFIG_PATH: '/nowhere/c.yaml' } })).toEqual([
      'CODER_CONFIG_PATH "/nowhere/c.yaml": there is no such file',
    ]);
  });

  it('never show a secret', () => {
    const input = { env: { CODER_PG_CONNECTION_URL: 'mysql://root:hunter2@x' } };
    expect(() => parse(input)).toThrow(ConfigError);
    expect(problemsOf(input).join()).not.toContain('hunter2');
  });
});

describe('values', () => {
  it('of an empty file are the defaults', () => {
    expect(parse(yaml('# nothing\n')).config).toMatchObject({
      apiRateLimit: 512,
      localSandbox: 'bwrap',
      mcpHttpTimeout: 120_000,
    });
  });

  it('read as their types, from a file too', () => {
    const { config } = parse(
      yaml(
        'networking:\n  accessURL: https://coder.example.com/\n  proxyTrustedHeaders: [X-Real-Ip]\n  proxyTrustedOrigins: ["10.0.0.0/8"]\nmcp: {http: {maxRequests: 7, timeout: 1h30m}}\nintrospection: {prometheus: {enable: true}}\n',
      ),
    );
    expect(config).toMatchObject({
      accessUrl: 'https://coder.example.com',
      proxyTrustedHeaders: ['X-Real-Ip'],
      proxyTrustedOrigins: ['10.0.0.0/8'],
      mcpHttpMaxRequests: 7,
      mcpHttpTimeout: 5_400_000,
      prometheusEnable: true,
    });
  });

  it('of login with GitHub are taken as the guide writes them, with a warning', () => {
    const guide =
      'oauth2:\n  github:\n    client_id: "0123"\n    client_secret: "s"\n    redirect_url: "https://c.example/api/v2/oauth2/github/callback"\n    scopes:\n      - "read:user"\n      - "user:email"\n';
    const { config, warnings } = parse(yaml(guide));
    expect(config).toMatchObject({
      githubClientId: '0123',
      githubClientSecret: 's',
      githubRedirectUrl: 'https://c.example/api/v2/oauth2/github/callback',
      githubScopes: ['read:user', 'user:email'],
    });
    expect(warnings).toEqual([expect.stringContaining('GitHub')]);
  });

  it('for the folders depend on who runs the server', () => {
    expect(parse({}).config).toMatchObject({
      configDir: '/home/ann/.config/coderv2',
      dataDir: '/home/ann/.config/coderv2/data',
    });
    expect(parse({ env: { XDG_CONFIG_HOME: '/xdg' } }).config.configDir).toBe('/xdg/coderv2');
    expect(parse({ uid: 0 }).config.dataDir).toMatch(/^\/var\/lib\/coder\/[0-9a-f]{12}$/);
    expect(parse({ uid: 0, env: { CODER_DATA_DIR: '/srv/coder' } }).config.dataDir).toBe('/srv/coder');
  });
});

describe('experiments', () => {
  it('are switched on by name, and an unknown name only warns', () => {
    const { config, warnings } = parse({ env: { CODER_EXPERIMENTS: 'oauth2, mcp-http-server' } });
    expect([...config.experiments]).toEqual(['oauth2']);
    expect(warnings).toEqual([expect.stringContaining('"mcp-http-server"')]);
  });

  it('that open a door are not switched on by *', () => {
    expect([...parse({ flags: { experiments: '*' } }).config.experiments]).toEqual([]);
  });

  it('that need another say so', () => {
    expect(parse({ flags: { experiments: 'mcp-server-http' } }).warnings).toEqual([
      expect.stringContaining('needs oauth2'),
    ]);
    expect(parse({ flags: { experiments: 'oauth2,mcp-server-http' } }).warnings).toEqual([]);
  });
});

describe('the help', () => {
  it('names the experiments on the lines that a search for the word finds', () => {
    const found = renderHelp()
      .split('\n')
      .filter((line) => line.includes('experiments'));
    expect(found.join('\n')).toMatch(/--experiments.*CODER_EXPERIMENTS[\s\S]*oauth2, mcp-server-http/);
  });

  it('and the reference have every option', () => {
    for (const { option } of optionList) {
      expect(renderHelp()).toContain(`--${option.flag} ${option.type}, $${option.env}`);
      expect(renderReference()).toContain(`### \`--${option.flag}\``);
    }
  });
});

describe('the reference page', () => {
  it('is what the table of options says (vitest -u writes it)', async () => {
    await expect(renderReference()).toMatchFileSnapshot('../../../../docs/reference/configuration.md');
  });
});
