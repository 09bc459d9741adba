import type { BuildTimings } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import type { AgentSpec } from '../../templates/index.ts';
import type { BuildRow } from '../read/build-rows.ts';
import type { TakenStep } from './steps.ts';

/** Keeps how long the steps of a job took. */
export async function storeSteps(db: Db, jobId: string, steps: readonly TakenStep[]): Promise<void> {
  await db
    .updateTable('provisioner_jobs')
    .set({ steps: JSON.stringify(steps) })
    .where('id', '=', jobId)
    .execute();
}

type Agent = {
  id: string;
  name: string;
  spec: AgentSpec;
  lifecycle_state: string;
  created_at: Date;
  first_connected_at: Date | null;
  started_at: Date | null;
  ready_at: Date | null;
};

/** Before these steps are over nothing has been done to what the workspace runs on. */
const initial: ReadonlySet<string> = new Set(['claim', 'store']);

/** How long the parts of a build took, from what was recorded of it; three statements. */
export async function loadTimings(db: Db, build: BuildRow): Promise<BuildTimings> {
  const [jobs, agents] = await Promise.all([
    sql<{ steps: readonly TakenStep[]; runtime: string | null }>`
      select j.steps, (select min(key) from jsonb_object_keys(v.manifest -> 'runtime') key) as runtime
      from provisioner_jobs j join template_versions v on v.id = ${build.template_version_id}
      where j.id = ${build.job_id}`.execute(db),
    sql<Agent>`
      select id, name, spec, lifecycle_state, created_at, first_connected_at, started_at, ready_at
      from workspace_agents where build_id = ${build.id} order by name`.execute(db),
  ]);
  const { steps = [], runtime } = jobs.rows[0] ?? {};
  return {
    provisioner_timings: steps.map(({ step, ...times }) => ({
      job_id: build.job_id,
      ...times,
      stage: initial.has(step) ? 'init' : 'apply',
      source: runtime ?? '',
      action: step,
      resource: build.workspace_name,
    })),
    agent_script_timings: agents.rows.flatMap(scriptTimings),
    agent_connection_timings: agents.rows.flatMap((agent) =>
      agent.first_connected_at === null
        ? []
        : [
            {
              started_at: agent.created_at.toISOString(),
              ended_at: agent.first_connected_at.toISOString(),
              stage: 'connect' as const,
              ...named(agent),
            },
          ],
    ),
  };
}

const named = ({ id, name }: Agent) => ({ workspace_agent_id: id, workspace_agent_name: name });

/** What an agent's state says of its start script. Later states say nothing of it any more. */
const outcomes: Partial<Record<string, 'ok' | 'exit_failure' | 'timed_out'>> = {
  ready: 'ok',
  start_error: 'exit_failure',
  start_timeout: 'timed_out',
};

/** An agent says when the script that commands wait for has ended. Of one that nothing waits for it says nothing. */
function scriptTimings(agent: Agent): BuildTimings['agent_script_timings'] {
  const { started_at: started, ready_at: ready, spec } = agent;
  const script = spec.scripts.find((each) => each.run_on_start && each.start_blocks_login);
  if (!started || !ready || !script) return [];
  const status = outcomes[agent.lifecycle_state] ?? null;
  return [
    {
      started_at: started.toISOString(),
      ended_at: ready.toISOString(),
      exit_code: status === 'ok' ? 0 : null,
      stage: 'start',
      status,
      display_name: script.display_name,
      ...named(agent),
    },
  ];
}
