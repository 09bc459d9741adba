import { expect, it } from 'vitest';
import { redactText, redactValue } from './redact.ts';

const token = 'aBcDeFgHiJ-0123456789abcdefghijkl';
const at = '2026-11-21T10:00:00.000Z';

/** Joined here, so that no file of the repository looks as if it held a secret. */
const shaped = (...parts: string[]) => parts.join('');
const github = shaped('ghp', '_16C7e42F292c6912E7710c838347Ae178B4a');
const pem = (kind: string) => [
  `-----BEGIN ${kind}-----`,
  'MIIEvQIBADANBgkq',
  'hkiG9w0BAQEF+/==',
  `-----END ${kind}-----`,
];

it.each([
  [`Coder-Session-Token: ${token}`, token],
  [`sent ${token} to the server`, token],
  ['postgres://coder:hunter22@db.example.com/coder', 'hunter22'],
  ['connecting with password=hunter22, then', 'hunter22'],
  ['"token": "abcdef"', 'abcdef'],
  ['"a \\"token\\": \\"abcdef\\" b"', 'abcdef'],
  ['Authorization: Bearer abc.def', 'abc.def'],
  ['curl -H "Authorization: Basic dXNlcjpwdw=="', 'dXNlcjpwdw'],
  ["with 'Bearer abcdef012345'", 'abcdef012345'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIi'],
  ['the secret of my own here', 'secret of my own'],
  ['export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPx', 'wJalr'],
  ['+ export AWS_SECRET_ACCESS_KEY="wJalr XUtn"', 'XUtn'],
  ["AWS_ACCESS_KEY_ID='abc def'", 'def'],
  [`${at} token ${github}`, github],
  [`\u001b[32m${github}\u001b[0m`, github],
  [shaped('github', '_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv'), 'mnopqrstuv'],
  [shaped('glpat', '-xY12abcdEFGH345678_z'), 'xY12'],
  [shaped('sk', '-proj-abcdefghijklmnop'), 'abcdefghij'],
  [shaped('sk', '-abc123def456ghi789jkl012'), 'abc123'],
  [shaped('key is sk', '-ant-api03-abcDEF_ghi-jkl'), 'api03'],
  [shaped('npm', '_abcdefghijABCDEFGHIJ0123456789abcdef'), 'abcdefghij'],
  [shaped('AKIA', 'IOSFODNN7EXAMPLE'), 'IOSFODNN7'],
  [shaped('xoxb', '-123456789012-abcDEF'), 'abcDEF'],
  [shaped('xoxp', '-123456789012-abcDEF'), 'abcDEF'],
  ['curl -u admin:hunter2 https://example.com', 'hunter2'],
  ['curl -sSfu admin:hunter2 https://example.com', 'hunter2'],
  ['curl -fsS --user "admin:hunter2" https://example.com', 'hunter2'],
  ['mysql -u root -phunter2 shop', 'hunter2'],
  ["mysqldump --host db -p'hunter 2' shop", 'hunter 2'],
  ['mysql --password hunter2 shop', 'hunter2'],
  ['mysql --password=hunter2 shop', 'hunter2'],
  ['docker login -u me -p hunter2 example.com', 'hunter2'],
  ['PASSPHRASE: correct horse battery', 'horse battery'],
  ['login with --token hunter2 --verbose', 'hunter2'],
  ['login with --session-token="hunter2"', 'hunter2'],
  ['GET /?token=hunter2 200', 'hunter2'],
  ['DB_PASS=hunter2', 'hunter2'],
  ['dbPassword = hunter2', 'hunter2'],
  ['my.passwd: hunter2', 'hunter2'],
  ['  api_key: hunter2', 'hunter2'],
  ['apiKey => hunter2', 'hunter2'],
  ['API-KEY: hunter2', 'hunter2'],
  ['private_key=hunter2', 'hunter2'],
  ['GIT_CREDENTIALS=hunter2', 'hunter2'],
  ['STRIPE_KEY=hunter2', 'hunter2'],
  ['Cookie: a=hunter1; b=hunter2', 'hunter2'],
  ['machine example.com login me password hunter2', 'hunter2'],
  ['//registry.example.com/:_authToken=hunter2', 'hunter2'],
  ['ENV GITHUB_TOKEN hunter2', 'hunter2'],
  ['aws configure set aws_secret_access_key hunter2', 'hunter2'],
  ['{"auths":{"example.com":{"auth":"bWU6aHVudGVyMg=="}}}', 'bWU6'],
  ['eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', 'c2ln'],
  ['mysql -uroot -phunter2 shop', 'hunter2'],
  ['curl https://example.com -uadmin:hunter2', 'hunter2'],
])('takes the secret out of: %s', (text, secret) => {
  const clean = redactText(text, ['secret of my own']);
  expect(clean).not.toContain(secret);
  expect(redactText(clean)).toBe(clean);
});

it.each([
  'listening on http://127.0.0.1:3000',
  'workspace 11111111-1111-4111-8111-111111111111 is running',
  'Build 3 of web: succeeded',
  'PWD=/home/coder OLDPWD=/tmp',
  'default_token_lifetime: 168h',
  'max_tokens=4096, token_type: bearer',
  '"secret": "false"',
  'disable-password-auth: true',
  'docker login --password-stdin example.com',
  'Give it with --token or --session-token.',
  'The token was refused. Make a new one.',
  'mkdir -p /home/coder/src && docker run -u 1000:1000 alpine',
  'mysql -h db -P 3306 -u root -p',
  'clone git@github.com:coder/coder.git over ssh://git@github.com',
  'npm_config_registry is set; npm_lifecycle_event=postinstall',
  'task-runner-of-the-whole-company-1234567890 sk-learn',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'ENV GITHUB_TOKEN_TYPE bearer',
  'auth: enabled, set token to continue',
  'keyboard: de, monkey=1, public_key=ssh-ed25519',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
])('leaves alone: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

it.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
  'takes out the body of a %s over the lines of a log, and in one line',
  (kind) => {
    const lines = [`${at} before`, ...pem(kind).map((line) => `${at} ${line}`), `${at} behind it`];
    const log = redactText(lines.join('\n'));
    expect(log).not.toMatch(/MIIE|hkiG/);
    expect(log).toContain('before');
    expect(log).toContain('behind it');
    expect(redactText(pem(kind).join('\\n'))).not.toMatch(/MIIE|hkiG/);
    expect(redactText(pem(kind).join('\n'))).not.toMatch(/MIIE|hkiG/);
  },
);

it('takes out keys of which a log has only the first or only the last lines', () => {
  const lines = pem('PRIVATE KEY').map((line) => `${at} ${line}`);
  const first = redactText([...lines.slice(0, -1), `${at} Build 3 of web: succeeded`].join('\n'));
  expect(first).not.toMatch(/MIIE|hkiG/);
  expect(first).toContain('Build 3 of web');
  const last = redactText([`${at} Build 3 of web: succeeded`, ...lines.slice(1)].join('\n'));
  expect(last).not.toMatch(/MIIE|hkiG/);
  expect(last).toContain('Build 3 of web');
});

it('is done with a long log, of one line or of many, in no time', () => {
  const started = performance.now();
  redactText('curl mysql docker login -a.b.c=d token '.repeat(50_000));
  redactText(`${at} word\n`.repeat(100_000) + pem('PRIVATE KEY').slice(1).join('\n'));
  redactText('a'.repeat(1_000_000));
  expect(performance.now() - started).toBeLessThan(10_000);
});

it('takes out of settings what their names say is secret, and shows whether it was set', () => {
  expect(
    redactValue({
      CODER_SESSION_TOKEN: token,
      CODER_PG_CONNECTION_URL: 'postgres://a:b@c/d',
      CODER_OIDC_CLIENT_SECRET: '',
      CODER_URL: 'https://coder.example.com',
      nested: [{ api_key: 'x', name: 'web', ssh: { private_key: { pem: 'y' } } }],
      password: 12345678,
      max_token_lifetime: 5,
      default_token_lifetime: '168h',
      annotations: { secret: 'true' },
    }),
  ).toEqual({
    CODER_SESSION_TOKEN: '[removed]',
    CODER_PG_CONNECTION_URL: '[removed]',
    CODER_OIDC_CLIENT_SECRET: '',
    CODER_URL: 'https://coder.example.com',
    nested: [{ api_key: '[removed]', name: 'web', ssh: { private_key: '[removed]' } }],
    password: '[removed]',
    max_token_lifetime: 5,
    default_token_lifetime: '168h',
    annotations: { secret: 'true' },
  });
});

it('takes out a value whose neighbour says that it is secret', () => {
  expect(
    redactValue([
      { name: 'github_token', value: 'x', default: 'y', value_source: 'flag' },
      { key: 'password', value: 'x', sensitive: false },
      { key: 'place', value: 'x', sensitive: true },
      { key: 'region', value: 'eu', sensitive: false },
    ]),
  ).toEqual([
    { name: 'github_token', value: '[removed]', default: '[removed]', value_source: 'flag' },
    { key: 'password', value: '[removed]', sensitive: false },
    { key: 'place', value: '[removed]', sensitive: true },
    { key: 'region', value: 'eu', sensitive: false },
  ]);
});
