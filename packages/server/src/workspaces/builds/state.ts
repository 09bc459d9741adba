import { ApiError } from '@coder/api';
import { type Actor, authorize } from '../../authorization/index.ts';
import { type Db, inTransaction } from '../../database/index.ts';
import { refuseNul } from '../../http/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { findBuild, findLatest } from '../find.ts';
import { isActive } from '../status.ts';
import { loadLatest } from './latest.ts';

/** What a runtime keeps of a workspace between its builds. It is for who looks after the template, not for users. */
export function createBuildState({ db, clock }: Pick<WorkspacesDeps, 'db' | 'clock'>) {
  async function authorized(actor: Actor, buildId: string) {
    const build = await findBuild(db, actor, buildId);
    const workspace = await db
      .selectFrom('workspaces')
      .select('template_id')
      .where('id', '=', build.workspace_id)
      .executeTakeFirstOrThrow();
    authorize(actor, 'update', {
      type: 'template',
      id: workspace.template_id,
      organizationId: build.organization_id,
    });
    return build;
  }

  return {
    async read(actor: Actor, buildId: string): Promise<Record<string, unknown>> {
      const { id } = await authorized(actor, buildId);
      const { provisioner_state: state } = await db
        .selectFrom('workspace_builds')
        .select('provisioner_state')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return (state ?? {}) as Record<string, unknown>;
    },

    /** Replaces it, for the next build to go on from. Returns the workspace. */
    async write(actor: Actor, buildId: string, base64: string): Promise<{ id: string; name: string }> {
      const build = await authorized(actor, buildId);
      const state = parse(base64);
      await findLatest(db, actor, build.workspace_id, 'read');
      await inTransaction(db, async (trx: Db) => {
        const latest = await loadLatest(trx, build.workspace_id, true);
        if (latest?.buildId !== buildId) {
          throw new ApiError('CONFLICT', {
            message: 'Only the latest build of a workspace is gone on from; this is an earlier one.',
            detail: 'Read the workspace for its latest build, and write the state of that one.',
          });
        }
        if (isActive(latest.jobStatus)) {
          throw new ApiError('CONFLICT', {
            message: 'The build has not ended, and writes its state when it does. Wait for it, or cancel it.',
          });
        }
        await trx
          .updateTable('workspace_builds')
          .set({ provisioner_state: JSON.stringify(state), updated_at: clock.now() })
          .where('id', '=', buildId)
          .execute();
      });
      return { id: build.workspace_id, name: `${build.owner_name}/${build.workspace_name}` };
    },
  };
}

function parse(base64: string): object {
  const wrong = (detail: string) =>
    new ApiError('VALIDATION_FAILED', { validations: [{ field: 'state', detail }] });
  let state: unknown;
  try {
    state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')));
  } catch {
    throw wrong('must be JSON in base64');
  }
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    throw wrong('must be a JSON object in base64');
  }
  const problem = problemOf(state);
  if (problem !== undefined) throw wrong(problem);
  refuseNul({ state });
  return state;
}

/** Far more than a runtime keeps, and far less than PostgreSQL takes of JSON. */
const mostLevels = 100;

/** Why PostgreSQL would not store this as JSON, beside a NUL; undefined when it would. */
function problemOf(state: unknown): string | undefined {
  const left = [{ value: state, level: 1 }];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { value, level } = part;
    const texts = typeof value === 'string' ? [value] : Object.keys(value ?? {});
    if (!texts.every((text) => text.isWellFormed())) {
      return 'must be valid Unicode: a text or a name in it has half of a surrogate pair';
    }
    if (typeof value !== 'object' || value === null) continue;
    if (level > mostLevels) return `must be nested at most ${mostLevels} levels deep`;
    for (const inside of Object.values(value)) left.push({ value: inside, level: level + 1 });
  }
  return undefined;
}
