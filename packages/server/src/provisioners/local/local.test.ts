import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worlds } from './testing/conditions.ts';
import { type ServerProcess, startServer } from './testing/server-process.ts';
import { agentEnvironmentOf, inWorkspace, leftOf, temporaryDataDir, until } from './testing/world.ts';

for (const world of worlds) {
  describe.skipIf(world.skip !== undefined)(
    `the local runtime, ${world.name}${world.skip ? ` (skipped: ${world.skip})` : ''}`,
    () => {
      let server: ServerProcess;
      let data: Awaited<ReturnType<typeof temporaryDataDir>>;
      const ids: string[] = [];
      const secrets = {
        CODER_PG_CONNECTION_URL: 'postgres://u:hunter2@h/d',
        MY_PASSWORD: 'hunter2',
        CODER_FIRST_USER_PASSWORD: 'hunter2',
      };

      beforeAll(async () => {
        data = await temporaryDataDir(world.uid);
        server = await startServer({
          dataDir: data.path,
          sandbox: world.sandbox,
          env: secrets,
          ...(world.uid === undefined ? {} : { uid: world.uid }),
        });
      });
      afterAll(async () => {
        for (const { workspaceId } of await server.list()) await server.delete(workspaceId);
        await server.kill();
        await data.remove();
      });

      const newId = () => {
        const id = randomUUID();
        ids.push(id);
        return id;
      };
      const run = (id: string, script: string) => inWorkspace(data.path, id, script);
      const recordOf = (id: string) =>
        JSON.parse(readFileSync(join(data.path, 'workspaces', id, 'run.json'), 'utf8'));
      const uidOf = (id: string): number | undefined => {
        const folder = join(data.path, 'workspace-accounts');
        if (!existsSync(folder)) return undefined;
        const found = readdirSync(folder).find((name) => readlinkSync(join(folder, name)) === id);
        return found === undefined ? undefined : Number(found);
      };

      it('runs an agent, never as root, with nothing of the server in its environment', async () => {
        const workspaceId = newId();
        const started = await server.start({
          workspaceId,
          env: { FROM_TEMPLATE: 'yes', NODE_OPTIONS: '--this-would-break-node' },
        });
        expect(started.resources).toHaveLength(1);
        expect(await server.inspect(workspaceId)).toBe('running');
        const { stdout } = await run(
          workspaceId,
          'id -u; pwd; test -w "$HOME" && test -w "${TMPDIR:-/tmp}" && echo writable',
        );
        const [uid, home, writable] = stdout.trim().split('\n');
        expect(Number(uid)).toBeGreaterThan(0);
        expect(writable).toBe('writable');
        const environment = await agentEnvironmentOf(data.path, workspaceId);
        expect(environment).toMatchObject({
          HOME: home,
          FROM_TEMPLATE: 'yes',
          CODER_AGENT_TOKEN: 'agent-token-0123456789',
          CODER_WORKSPACE_NAME: 'web',
        });
        expect(JSON.stringify(environment)).not.toContain('hunter2');
        expect(Object.keys(environment)).not.toContain('CODER_PG_CONNECTION_URL');
        const visible = await run(
          workspaceId,
          'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"',
        );
        expect(visible.stdout).not.toContain('agent-token-0123456789');
      });

      it('leaves the same build alone, and ends an earlier one before the next', async () => {
        const workspaceId = newId();
        const buildId = randomUUID();
        await server.start({ workspaceId, buildId });
        const first = recordOf(workspaceId).agents[0].process;
        await Promise.all([server.start({ workspaceId, buildId }), server.start({ workspaceId, buildId })]);
        expect(recordOf(workspaceId).agents[0].process).toEqual(first);
        const later = await server.start({ workspaceId });
        expect(later.resources).toHaveLength(1);
        expect(recordOf(workspaceId).agents[0].process).not.toEqual(first);
        expect(leftOf(workspaceId, uidOf(workspaceId))).not.toContain(first.pid);
      });

      it('ends everything on stop, also what got away from its parents, and keeps the home', async () => {
        const workspaceId = newId();
        await server.start({ workspaceId });
        const uid = uidOf(workspaceId);
        await run(
          workspaceId,
          `echo kept > file
         (setsid sh -c '(trap "" TERM HUP; sleep 4321 & wait) &' &)
         (setsid setsid sh -c 'sleep 4322 & sleep 4326' </dev/null >/dev/null 2>&1 &)
         nohup sh -c 'trap "" TERM; while :; do sleep 1; done' >/dev/null 2>&1 &`,
        );
        if (!world.escapes)
          await run(
            workspaceId,
            `(env -i setsid sh -c 'sleep 4323 & exec sleep 4324' </dev/null >/dev/null 2>&1 &)`,
          );
        await until(() => leftOf(workspaceId, uid).length > 4);
        await server.stop(workspaceId);
        expect(leftOf(workspaceId, uid)).toEqual([]);
        expect(await server.inspect(workspaceId)).toBe('stopped');
        await server.stop(workspaceId);
        await server.start({ workspaceId });
        expect((await run(workspaceId, 'cat file')).stdout).toBe('kept\n');
        expect(uidOf(workspaceId)).toBe(uid);
      });

      it('leaves nothing behind on delete, whatever the modes and depth of the files', async () => {
        const workspaceId = newId();
        await server.start({ workspaceId });
        const uid = uidOf(workspaceId);
        await run(
          workspaceId,
          `mkdir -p closed/inner && touch closed/inner/file && chmod 000 closed/inner && chmod 500 closed
         name=$(printf 'd%.0s' $(seq 200)); i=0
         while [ $i -lt 40 ]; do mkdir $name && cd -P $name || exit; i=$((i+1)); done
         touch "/tmp/left-$$" /dev/shm/left-$$; ipcmk -M 100 -S 1 -Q >/dev/null; mkfifo "$HOME/fifo"; ln -s / "$HOME/root"`,
        );
        await server.delete(workspaceId);
        expect(await server.inspect(workspaceId)).toBe('missing');
        expect((await server.list()).map((entry) => entry.workspaceId)).not.toContain(workspaceId);
        expect(leftOf(workspaceId, uid)).toEqual([]);
        expect(existsSync(join(data.path, 'workspaces', workspaceId))).toBe(false);
        expect(uidOf(workspaceId)).toBeUndefined();
        for (const kind of uid === undefined ? [] : ['shm', 'sem', 'msg']) {
          expect(readFileSync(`/proc/sysvipc/${kind}`, 'utf8')).not.toContain(` ${uid} `);
        }
        const shared = ['/tmp', '/var/tmp', '/dev/shm'].flatMap((folder) =>
          readdirSync(folder).map((name) => join(folder, name)),
        );
        expect(
          shared.filter(
            (path) => uid !== undefined && statSync(path, { throwIfNoEntry: false })?.uid === uid,
          ),
        ).toEqual([]);
        expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(workspaceId);
        const groups = readdirSync('/sys/fs/cgroup', { recursive: false }).map((name) =>
          join('/sys/fs/cgroup', String(name), 'coder-workspaces', workspaceId),
        );
        expect(groups.filter((group) => existsSync(group))).toEqual([]);
        await server.delete(workspaceId);
      });

      it('says why an agent ended before it had begun', async () => {
        const workspaceId = newId();
        const failing = server.start({
          workspaceId,
          env: { TEST_AGENT_FAILS: 'the flux is not compensated' },
        });
        await expect(failing).rejects.toThrow(/exited with code 1[\s\S]*the flux is not compensated/);
        expect(await server.inspect(workspaceId)).toBe('stopped');
        expect(leftOf(workspaceId, uidOf(workspaceId))).toEqual([]);
      });

      it('survives a server that is killed, and is taken over by the next', async () => {
        const own = await temporaryDataDir(world.uid);
        const options = {
          dataDir: own.path,
          sandbox: world.sandbox,
          ...(world.uid === undefined ? {} : { uid: world.uid }),
        };
        const workspaceId = newId();
        const buildId = randomUUID();
        const first = await startServer(options);
        await first.start({ workspaceId, buildId });
        await inWorkspace(own.path, workspaceId, 'sleep 4325 >/dev/null 2>&1 & echo $! > sleeping');
        await first.kill();
        const alive = await inWorkspace(own.path, workspaceId, 'kill -0 $(cat sleeping) && echo alive');
        expect(alive.stdout).toBe('alive\n');
        await using second = await startServer(options);
        expect(await second.list()).toEqual([{ workspaceId, status: 'running' }]);
        await second.start({ workspaceId, buildId });
        expect(
          (await inWorkspace(own.path, workspaceId, 'kill -0 $(cat sleeping) && echo alive')).stdout,
        ).toBe('alive\n');
        await second.delete(workspaceId);
        expect(leftOf(workspaceId, undefined)).toEqual([]);
        expect(await second.list()).toEqual([]);
        await own.remove();
      });

      it.skipIf(!world.isolated)('keeps workspaces and the server out of each other’s reach', async () => {
        const mine = newId();
        const theirs = newId();
        await Promise.all([server.start({ workspaceId: mine }), server.start({ workspaceId: theirs })]);
        await run(theirs, 'echo secret > "$HOME/secret"; chmod 777 "$HOME"; chmod 666 "$HOME/secret"');
        const target = join(data.path, 'workspaces', theirs);
        const victim = recordOf(theirs).agents[0].process.pid;
        const attempts = [
          `cat ${target}/home/secret`,
          `ls ${target}`,
          `ls ${data.path}/workspaces`,
          `cat ${target}/run.json`,
          `cat ${data.path}/workspaces/${mine}/run.json`,
          'ls /root',
          'cat /etc/shadow',
          'cat /var/run/docker.sock',
          `kill -9 ${victim}`,
          `cat /proc/${victim}/environ`,
          `touch ${data.path}/runtime/local/x`,
          'touch /usr/bin/x',
          'echo > "$(dirname "$(command -v sh)")/x"',
          'echo 1 > /proc/sys/kernel/core_pattern',
          'mknod "$HOME/disk" b 8 0',
        ];
        for (const attempt of attempts) {
          const { code, stdout } = await run(mine, attempt);
          expect({ attempt, failed: code !== 0, stdout }).toEqual({ attempt, failed: true, stdout: '' });
        }
        expect(await server.inspect(theirs)).toBe('running');
        expect((await run(theirs, 'cat "$HOME/secret"')).stdout).toBe('secret\n');
      });
    },
  );
}
