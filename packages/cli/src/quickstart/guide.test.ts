import { describe, expect, it } from 'vitest';
import type { FirstRunResult } from './first-run.ts';
import { type GuideOptions, renderGuide, renderOwner } from './guide.ts';

const result: FirstRunResult = {
  username: 'ann',
  email: 'ann@example.com',
  password: 'a password',
  kept: '/config/quickstart.json',
  before: undefined,
};
const names = { coder: '/opt/bin/coder.mjs', defaultDataDir: '/config/data' };
const owner = `
  Owner         ann   (signs in as ann@example.com)
  Password      a password   (shown once; kept in /config/quickstart.json, which only you can read)
`;

describe('the owner that a first run has made', () => {
  it('is told once, with the password unless that was chosen', () => {
    expect(renderOwner(result, names)).toBe(owner);
    expect(renderOwner({ ...result, password: undefined }, names)).toBe(
      '\n  Owner         ann   (signs in as ann@example.com)\n',
    );
  });

  const before = {
    kept: '/config/quickstart-1.json',
    url: 'http://127.0.0.1:3000',
    email: 'grace@example.com',
  };
  it.each([
    ['the usual place', '/config/data', ''],
    ['another', '/srv/my data', ", with --data-dir '/srv/my data'"],
  ])('comes with the way back to a deployment whose data is in %s', (_what, data_dir, flag) => {
    expect(renderOwner({ ...result, before: { ...before, data_dir } }, names)).toBe(`${owner}\
  Before        This command line belonged to the deployment at http://127.0.0.1:3000, whose data is in ${data_dir}.
                To go back to it, start it as before${flag}, and then run
                /opt/bin/coder.mjs login http://127.0.0.1:3000 --email grace@example.com
                The password is in /config/quickstart-1.json.
`);
  });

  it('comes with the way back also where the place of the data is not known', () => {
    expect(renderOwner({ ...result, before }, names)).toContain('at http://127.0.0.1:3000.\n');
    expect(renderOwner({ ...result, before }, names)).toContain('start it as before, and then run\n');
  });

  it('comes with where a record is that could not be read', () => {
    const printed = renderOwner({ ...result, before: { kept: '/config/quickstart-1.json' } }, names);
    expect(printed).toContain('quickstart.json could not be read, so it was put aside.');
    expect(printed).toContain('is in /config/quickstart-1.json now.');
    expect(printed).not.toContain('undefined');
  });
});

describe('the guide', () => {
  const options: GuideOptions = {
    url: 'http://127.0.0.1:3001',
    coder: '/opt/bin/coder.mjs',
    dataDir: '/config/data',
    signIn: { state: 'here' },
    owner: { email: 'ann@example.com', kept: '/config/quickstart.json' },
  };
  const first = (guide: string) => guide.slice(guide.indexOf('  Sign in'), guide.indexOf('  A token'));

  it('says nothing of signing in where its commands act on this deployment', () => {
    expect(renderGuide(options)).toMatch(/MCP address {3}\S+\n {2}A token {7}\S+ tokens create/);
  });

  const elsewhere = { state: 'elsewhere', url: 'http://127.0.0.1:3000' } as const;
  it.each([
    [
      elsewhere,
      'This command line is signed in to http://127.0.0.1:3000: the commands below would act there.',
    ],
    [{ state: 'none' }, 'This command line is not signed in.'],
    [
      { state: 'ended', url: 'http://127.0.0.1:3001' },
      "This command line's session at http://127.0.0.1:3001 has ended, or is of another deployment that was there.",
    ],
  ] as const)('says before its commands how to sign in to this deployment: %j', (signIn, said) => {
    expect(first(renderGuide({ ...options, signIn }))).toBe(`\
  Sign in       ${said}
                For this deployment first run
                /opt/bin/coder.mjs login http://127.0.0.1:3001 --email ann@example.com
                The password of its owner is in /config/quickstart.json.
`);
  });

  it('names no file where none tells the owner', () => {
    const guide = first(renderGuide({ ...options, signIn: elsewhere, owner: undefined }));
    expect(
      guide.endsWith('first run\n                /opt/bin/coder.mjs login http://127.0.0.1:3001\n'),
    ).toBe(true);
  });
});
