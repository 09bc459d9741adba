import { APPROVAL_ARGUMENTS_LIMIT, APPROVAL_LIFETIME_MS, type ApiClient, type ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { testUser } from '../testing/index.ts';
import { approvalsHarness, failure } from './testing/harness.ts';
import { manifest } from './testing/templates-world.ts';

type Harness = Awaited<ReturnType<typeof approvalsHarness>>;

const minute = 60_000;
const change = (h: Harness, description: string) => ({ template: h.template.id, description });

/** Makes a call that is held up, and gives the id of its request. */
async function held(call: Promise<unknown>): Promise<string> {
  const error = await failure(call);
  expect(error).toMatchObject({ code: 'APPROVAL_REQUIRED', status: 428 });
  return error?.approval?.id ?? '';
}

describe('a call of a program', () => {
  it('goes on where nothing is demanded of its class', async () => {
    await using h = await approvalsHarness();
    await h.program.templates.update(change(h, 'one'));
    await h.session.approvals.updatePolicy({ classes: ['delete', 'commands'] });
    await h.program.templates.update(change(h, 'two'));
    expect((await h.describe()).description).toBe('two');
    expect(await h.rows()).toEqual([]);
  });

  it('is a deletion too where it has a template delete workspaces, or do so sooner', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['delete'] });
    const { id: template } = h.template;
    for (const field of ['time_til_dormant_autodelete_ms', 'time_til_dormant_ms']) {
      const call = () => h.program.templates.update({ template, [field]: 1 });
      const error = await failure(call());
      expect(error).toMatchObject({
        code: 'APPROVAL_REQUIRED',
        message: 'This needs the approval of grace: change the template web.',
      });
      expect(await h.describe()).toMatchObject({ [field]: 0 });
      await h.session.approvals.approve({ approval: error?.approval?.id ?? '' });
      expect(await call()).toMatchObject({ [field]: 1 });
      await h.program.templates.update({ template, [field]: 0, description: 'kept' });
    }
    const { id: template_version_id } = await h.pushed({});
    const made = { organization: 'default', name: 'brief', template_version_id };
    await held(h.program.templates.create({ ...made, time_til_dormant_autodelete_ms: 1 }));
    await h.program.templates.create(made);
  });

  it('is held up, shown exactly, let through once, and then asked about anew', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = () => h.program.templates.update(change(h, 'new'));
    const error = (await failure(call())) as ApiError;
    expect(error).toMatchObject({
      status: 428,
      code: 'APPROVAL_REQUIRED',
      message: 'This needs the approval of grace: change the template web.',
      approval: {
        url: `http://coder.test/approvals/${error.approval?.id}`,
        expires_at: new Date(h.clock.now().getTime() + APPROVAL_LIFETIME_MS).toISOString(),
      },
    });
    expect(error.detail).toContain(error.approval?.url);
    expect((await h.describe()).description).not.toBe('new');
    const id = error.approval?.id ?? '';
    expect(await held(call())).toBe(id);
    const { approvals, count } = await h.session.approvals.list({});
    expect(count).toBe(1);
    expect(approvals[0]).toMatchObject({
      id,
      class: 'templates',
      status: 'pending',
      username: 'grace',
      application: null,
      token_name: 'ci',
      via: 'api',
      tool: null,
      route: 'PATCH /templates/{template}',
      target: { type: 'template', id: h.template.id, name: 'web' },
      arguments: { description: 'new' },
      ip: '127.0.0.1',
    });
    expect(await h.session.approvals.approve({ approval: id })).toMatchObject({
      status: 'approved',
      decided_by: 'grace',
    });
    expect(await call()).toMatchObject({ description: 'new' });
    expect(await h.session.approvals.get({ approval: id })).toMatchObject({
      status: 'used',
      used_at: h.clock.now().toISOString(),
    });
    const next = await held(call());
    expect(next).not.toBe(id);
    expect(await failure(h.session.approvals.approve({ approval: id }))).toMatchObject({ code: 'CONFLICT' });
  });

  it('is bound to its arguments, in whatever order they come', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const given = { display_name: 'Web', description: 'a' };
    const id = await held(h.program.templates.update({ template: h.template.id, ...given }));
    await h.session.approvals.approve({ approval: id });
    const other = { template: h.template.id, display_name: 'Web', description: 'b' };
    expect(await held(h.program.templates.update(other))).not.toBe(id);
    expect(await held(h.program.templates.delete({ template: h.template.id }))).not.toBe(id);
    const reversed = { description: 'a', display_name: 'Web', template: h.template.id };
    expect(await h.program.templates.update(reversed)).toMatchObject({ description: 'a' });
  });

  it('is bound to the very part that its path names', async () => {
    await using h = await approvalsHarness();
    const next = await h.pushed({ template_id: h.template.id, name: 'two' });
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = (version: string) => h.program.templateVersions.update({ version, message: 'same' });
    const id = await held(call(h.version.id));
    await h.session.approvals.approve({ approval: id });
    expect(await held(call(next.id))).not.toBe(id);
    expect(await failure(call(h.version.id))).toBeUndefined();
  });

  it('is let through once of many at once', async () => {
    await using h = await approvalsHarness();
    const file_id = await h.upload();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const create = (program: ApiClient) =>
      program.templateVersions.create({ organization: 'default', file_id });
    const versions = async () => {
      const { count } = await h.db
        .selectFrom('template_versions')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    };
    const before = await versions();
    const asked = await Promise.all(Array.from({ length: 8 }, () => held(create(h.program))));
    expect(new Set(asked).size).toBe(1);
    expect(await versions()).toBe(before);
    await h.session.approvals.approve({ approval: asked[0] ?? '' });
    await using replica = await h.replica();
    const programs = [h.program, replica.client(h.token)];
    const ends = await Promise.all(
      Array.from({ length: 12 }, (_, index) => failure(create(programs[index % 2] as ApiClient))),
    );
    expect(ends.filter((end) => end === undefined)).toHaveLength(1);
    expect(new Set(ends.map((end) => end?.code))).toEqual(new Set([undefined, 'APPROVAL_REQUIRED']));
    expect(await versions()).toBe(before + 1);
  });

  it('cannot use what another key, connection or user was approved', async () => {
    await using h = await approvalsHarness();
    const { key } = await h.session.apiKeys.createToken({ user: 'me', token_name: 'other' });
    const [app, device, foreign] = [
      await h.applicationToken('grant-1', 'app-1'),
      await h.applicationToken('grant-2', 'app-1'),
      await h.applicationToken('grant-3', 'app-2'),
    ];
    const bob = await testUser(h.db, { roles: ['owner'] });
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = (token: string) => h.api.client(token).templates.update(change(h, 'mine'));
    const id = await held(call(app));
    expect(await h.session.approvals.get({ approval: id })).toMatchObject({
      application: { id: 'app-1', name: 'Helper' },
      token_name: null,
    });
    await h.session.approvals.approve({ approval: id });
    const others = await Promise.all(
      [key, h.token, device, foreign, bob.token].map((one) => held(call(one))),
    );
    expect(new Set([id, ...others]).size).toBe(6);
    // The token of the same connection that comes after a refresh.
    const renewed = await h.applicationToken('grant-1', 'app-1');
    expect(await failure(call(renewed))).toBeUndefined();
  });

  it('is asked about anew after ten minutes, approved or not', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = () => h.program.templates.update(change(h, 'late'));
    const first = await held(call());
    h.clock.advance(10 * minute);
    expect(await failure(h.session.approvals.approve({ approval: first }))).toMatchObject({ code: 'GONE' });
    expect(await h.session.approvals.get({ approval: first })).toMatchObject({ status: 'expired' });
    const second = await held(call());
    expect(second).not.toBe(first);
    h.clock.advance(9 * minute);
    await h.session.approvals.approve({ approval: second });
    h.clock.advance(10 * minute - 1);
    expect(await failure(call())).toBeUndefined();
    const third = await held(call());
    await h.session.approvals.approve({ approval: third });
    h.clock.advance(10 * minute);
    expect(await held(call())).not.toBe(third);
  });

  it('that was denied is told so, with the reason, for ten minutes', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = () => h.program.templates.update(change(h, 'no'));
    const id = await held(call());
    await h.session.approvals.deny({ approval: id, reason: 'not on a Friday' });
    expect(await failure(call())).toMatchObject({
      code: 'APPROVAL_DENIED',
      status: 403,
      detail: 'Reason: not on a Friday. Do not repeat it; ask the user what to do instead.',
      approval: { id },
    });
    expect(await failure(h.session.approvals.approve({ approval: id }))).toMatchObject({ code: 'CONFLICT' });
    h.clock.advance(10 * minute);
    expect(await held(call())).not.toBe(id);
  });

  it('loses an approval that is taken back before it is used', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = () => h.program.templates.update(change(h, 'no'));
    const id = await held(call());
    await h.session.approvals.approve({ approval: id });
    await h.session.approvals.deny({ approval: id });
    expect(await failure(call())).toMatchObject({ code: 'APPROVAL_DENIED' });
  });

  it('goes on when it is no longer demanded', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    await held(h.program.templates.update(change(h, 'on')));
    await h.session.approvals.updatePolicy({ classes: [] });
    expect(await h.program.templates.update(change(h, 'on'))).toMatchObject({ description: 'on' });
  });

  it('is refused without a request when it names nothing, or what it may not change', async () => {
    await using h = await approvalsHarness();
    const member = await testUser(h.db);
    await h.session.approvals.updatePolicy({ classes: ['templates', 'delete'] });
    const template = h.randomId();
    expect(await failure(h.program.templates.delete({ template }))).toMatchObject({ code: 'NOT_FOUND' });
    const { templates } = h.api.client(member.token);
    expect(await failure(templates.delete({ template: h.template.id }))).toMatchObject({ code: 'FORBIDDEN' });
    const wrong = h.program.templates.update({ template: h.template.id, name: 'not a name' });
    expect(await failure(wrong)).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await h.rows()).toEqual([]);
  });

  it('waits for the decision where it says that it may be held', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const patient = h.clientWith(h.token, { 'coder-approval-wait': '30000' });
    for (const [index, decision] of (['approve', 'deny'] as const).entries()) {
      const call = () => patient.templates.update(change(h, `held ${index}`));
      const id = await held(h.program.templates.update(change(h, `held ${index}`)));
      const waiting = failure(call());
      await h.session.approvals[decision]({ approval: id });
      const end = await waiting;
      expect(end?.code).toBe(decision === 'approve' ? undefined : 'APPROVAL_DENIED');
    }
    expect((await h.describe()).description).toBe('held 0');
  });

  it('cannot fill the list without end', async () => {
    await using h = await approvalsHarness();
    const bob = await testUser(h.db, { roles: ['owner'] });
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    for (let index = 0; index < 50; index++) await held(h.program.templates.update(change(h, `${index}`)));
    expect(await failure(h.program.templates.update(change(h, '50')))).toMatchObject({
      code: 'RATE_LIMITED',
      message: '50 requests wait for the approval of grace already.',
    });
    // One that is there already is found, and somebody else is not kept from asking.
    await held(h.program.templates.update(change(h, '7')));
    await held(h.api.client(bob.token).templates.update(change(h, '50')));
    const page = await h.session.approvals.list({ limit: 20, offset: 40 });
    expect([page.approvals.length, page.count]).toEqual([10, 50]);
  });
});

describe('what is asked', () => {
  it('is refused when it is more than a person can be shown, and nobody is asked', async () => {
    await using h = await approvalsHarness();
    const file_id = await h.upload();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const call = (value: string, file = file_id) =>
      h.program.templateVersions.create({
        organization: 'default',
        file_id: file,
        user_variable_values: [{ name: 'text', value }],
      });
    const text = `begins ${'x'.repeat(APPROVAL_ARGUMENTS_LIMIT)} ends \ud800`;
    expect(await failure(call(text))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining(`at most ${APPROVAL_ARGUMENTS_LIMIT}`),
    });
    const long = `${manifest}# ${'x'.repeat(APPROVAL_ARGUMENTS_LIMIT)}\n`;
    const archive = await h.uploadText(long);
    expect(await failure(call('', archive))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('its manifest has'),
    });
    expect(await h.rows()).toEqual([]);
    // A person's own call is theirs, however long it is.
    const own = { organization: 'default', file_id: archive };
    expect(await h.session.templateVersions.create(own)).toMatchObject({ id: expect.any(String) });
    const id = await held(call('x'.repeat(APPROVAL_ARGUMENTS_LIMIT / 2)));
    expect((await h.session.approvals.get({ approval: id })).arguments).toMatchObject({
      user_variable_values: [{ value: 'x'.repeat(APPROVAL_ARGUMENTS_LIMIT / 2) }],
    });
  });

  it('comes with what the server knows: the version, its archive, its files and its manifest', async () => {
    await using h = await approvalsHarness();
    const next = await h.pushed({ template_id: h.template.id, name: 'two' });
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const id = await held(h.program.templates.activateVersion({ template: h.template.id, id: next.id }));
    const { facts } = await h.session.approvals.get({ approval: id });
    expect(facts).toEqual([
      { name: 'Version', value: 'two' },
      { name: 'Archive', value: expect.stringMatching(/^\d+ bytes, SHA-256 [0-9a-f]{64}$/) },
      { name: 'Files', value: 'README.md\ntemplate.yaml' },
      { name: 'Manifest', value: manifest },
    ]);
  });

  it('is forgotten a day after it is over', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const id = await held(h.program.templates.update(change(h, 'secret')));
    h.clock.advance(24 * 60 * minute);
    await h.api.approvals.sweep();
    expect(await h.rows()).toHaveLength(1);
    h.clock.advance(11 * minute);
    await h.api.approvals.sweep();
    expect(await h.rows()).toEqual([]);
    expect(await failure(h.session.approvals.get({ approval: id }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is in the audit log by its digest alone: the request, the decision and the use', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const id = await held(h.program.templates.update(change(h, 'hush-hush')));
    const { arguments_sha256 } = await h.session.approvals.approve({ approval: id });
    await h.program.templates.update(change(h, 'hush-hush'));
    const calls = (await h.audit('template')).filter(({ description }) => description.startsWith('PATCH'));
    expect(calls.map((row) => [row.status_code, row.additional_fields])).toEqual([
      [428, expect.objectContaining({ approval: id })],
      [200, expect.objectContaining({ approval: id })],
    ]);
    const [decision] = await h.audit();
    expect(decision).toMatchObject({
      action: 'write',
      resource_id: id,
      resource_target: 'grace: web',
      status_code: 200,
      diff: { status: { old: 'pending', new: 'approved', secret: false } },
      additional_fields: expect.objectContaining({ arguments_sha256, route: 'PATCH /templates/{template}' }),
    });
    expect((await h.audit('approval_policy'))[0]).toMatchObject({
      resource_target: 'deployment',
      diff: { classes: { old: [], new: ['templates'], secret: false } },
    });
    // What the change itself writes down of what it changed is its own matter.
    expect(JSON.stringify([calls[0], decision])).not.toContain('hush');
  });
});

describe('a decision', () => {
  it('takes the session of a person: no token, no connection, no MCP client', async () => {
    await using h = await approvalsHarness();
    const application = await h.applicationToken('grant-1', 'app-1');
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const id = await held(h.program.templates.update(change(h, 'x')));
    const programs = [
      h.program,
      h.api.client(application),
      h.clientWith(h.ada.token, { 'coder-via': 'mcp; tool=coder_workspace_bash' }),
    ];
    for (const { approvals } of programs) {
      const tries = [
        approvals.approve({ approval: id }),
        approvals.deny({ approval: id }),
        approvals.updatePolicy({ classes: [] }),
        approvals.updateUserPolicy({ user: 'me', classes: [] }),
      ];
      for (const end of await Promise.all(tries.map(failure))) {
        expect(end).toMatchObject({ code: 'SESSION_REQUIRED', status: 403 });
      }
    }
    expect(await h.session.approvals.get({ approval: id })).toMatchObject({ status: 'pending' });
    expect(await h.session.approvals.getPolicy()).toMatchObject({ effective: ['templates'] });
    expect((await h.audit()).map((row) => row.status_code)).toEqual(Array.from({ length: 6 }, () => 403));
  });

  it('is closed to what could make a session of its own, while approvals are demanded', async () => {
    await using h = await approvalsHarness();
    const { users, apiKeys } = h.program;
    const eve = { username: 'eve', email: 'eve@example.com', password: 'a password of hers' };
    await users.create(eve);
    await h.session.approvals.updateUserPolicy({ user: 'me', classes: ['delete'] });
    const tries = [
      users.create({ ...eve, username: 'mallory', email: 'mallory@example.com' }),
      users.updatePassword({ user: 'eve', password: 'another password' }),
      users.updateRoles({ user: 'eve', roles: ['owner'] }),
      apiKeys.createToken({ user: 'eve' }),
    ];
    for (const end of await Promise.all(tries.map(failure))) {
      expect(end).toMatchObject({ code: 'SESSION_REQUIRED' });
    }
    expect(await failure(apiKeys.createSession({ user: 'me' }))).toMatchObject({ status: 403 });
    await h.session.users.updateRoles({ user: 'eve', roles: ['auditor'] });
  });

  it('is its user’s, or an owner’s, and nobody else sees the request', async () => {
    await using h = await approvalsHarness();
    const max = await testUser(h.db, { username: 'max', roles: ['template-admin'], session: true });
    const eve = await testUser(h.db, { username: 'eve', roles: ['user-admin'], session: true });
    const [his, hers] = [h.api.client(max.token), h.api.client(eve.token)];
    const { key } = await his.apiKeys.createToken({ user: 'me', token_name: 'his' });
    await his.approvals.updateUserPolicy({ user: 'me', classes: ['templates'] });
    const call = () => h.api.client(key).templates.update(change(h, 'his'));
    const id = await held(call());
    for (const end of await Promise.all(
      [
        hers.approvals.get({ approval: id }),
        hers.approvals.approve({ approval: id }),
        hers.approvals.list({ user: 'max' }),
        hers.approvals.updateUserPolicy({ user: 'max', classes: [] }),
        hers.approvals.getUserPolicy({ user: 'max' }),
      ].map(failure),
    )) {
      expect(end).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await failure(hers.approvals.list({ user: 'all' }))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await failure(hers.approvals.updatePolicy({ classes: [] }))).toMatchObject({ code: 'FORBIDDEN' });
    expect((await hers.approvals.list({})).count).toBe(0);
    expect((await h.session.approvals.list({ user: 'all', status: 'pending' })).count).toBe(1);
    // A token of hers that may not set the deployment's policy reaches nobody else's approvals either.
    const { key: narrow } = await h.session.apiKeys.createToken({
      user: 'me',
      token_name: 'narrow',
      scopes: ['user:read_personal'],
    });
    const few = h.api.client(narrow);
    expect(await failure(few.approvals.list({ user: 'all' }))).toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
    expect(await failure(few.approvals.get({ approval: id }))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await few.approvals.list({})).count).toBe(0);
    expect((await h.session.approvals.list({ user: 'max', status: 'used' })).count).toBe(0);
    expect(await h.session.approvals.approve({ approval: id })).toMatchObject({ decided_by: 'grace' });
    expect(await failure(call())).toBeUndefined();
  });
});

describe('a policy', () => {
  it('holds for programs, also for one that serves MCP with a person’s own session', async () => {
    await using h = await approvalsHarness();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    await h.session.templates.update(change(h, 'by hand'));
    const mcp = h.clientWith(h.ada.token, { 'coder-via': 'mcp; tool=some_tool' });
    const id = await held(mcp.templates.update(change(h, 'by mcp')));
    expect(await h.session.approvals.get({ approval: id })).toMatchObject({
      via: 'mcp',
      tool: 'some_tool',
      token_name: null,
    });
    await h.session.approvals.approve({ approval: id });
    expect(await failure(mcp.templates.update(change(h, 'by mcp')))).toBeUndefined();
  });

  it('is the deployment’s and the user’s together', async () => {
    await using h = await approvalsHarness();
    const { approvals } = h.session;
    expect(await approvals.getUserPolicy({ user: 'me' })).toEqual({ classes: [], effective: [] });
    await approvals.updateUserPolicy({ user: 'me', classes: ['templates', 'delete'] });
    await approvals.updatePolicy({ classes: ['commands', 'delete'] });
    expect(await approvals.getUserPolicy({ user: 'grace' })).toEqual({
      classes: ['delete', 'templates'],
      effective: ['delete', 'commands', 'templates'],
    });
    await approvals.updateUserPolicy({ user: 'me', classes: [] });
    expect(await approvals.getUserPolicy({ user: 'me' })).toEqual({
      classes: [],
      effective: ['delete', 'commands'],
    });
    expect(await approvals.getPolicy()).toEqual({
      classes: ['delete', 'commands'],
      effective: ['delete', 'commands'],
    });
    // To delete a template is in two classes.
    await held(h.program.templates.delete({ template: h.template.id }));
    const wrong = approvals.updatePolicy({ classes: ['delete', 'delete'] });
    expect(await failure(wrong)).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('holds on every server, from the notification on', async () => {
    await using h = await approvalsHarness();
    await using replica = await h.replica();
    await h.session.approvals.updatePolicy({ classes: ['templates'] });
    const { approvals } = replica.client(h.ada.token);
    await expect.poll(() => approvals.getPolicy()).toMatchObject({ classes: ['templates'] });
    const id = await held(replica.client(h.token).templates.update(change(h, 'there')));
    await h.session.approvals.approve({ approval: id });
    expect(await failure(replica.client(h.token).templates.update(change(h, 'there')))).toBeUndefined();
    // A server that starts later reads it.
    await using late = await h.replica();
    await held(late.client(h.token).templates.update(change(h, 'late')));
  });
});
