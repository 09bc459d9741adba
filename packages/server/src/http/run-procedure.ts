import { API_PREFIX, type RouteMeta } from '@coder/api';
import { type AnyProcedure, createProcedureClient, Procedure } from '@orpc/server';
import type { CallInput } from './approval-gate.ts';
import type { Admitted, Pipeline, PipelineRoute } from './pipeline.ts';
import { fromContractError } from './pipeline-answer.ts';
import type { RequestContext } from './procedure.ts';
import { refuseNul } from './refuse-nul.ts';

/** A procedure of the contract, ready to be run for an admitted request. */
export type Prepared = {
  readonly route: PipelineRoute;
  readonly pattern: string;
  /** The status of a success. */
  readonly status: number;
  /** Validates the input, writes the audit row, runs the handler. What is wrong with the input is thrown as an ApiError. */
  run(input: unknown, admitted: Admitted, signal: AbortSignal): Promise<unknown>;
};

export type PrepareOptions = {
  /**
   * Whether answers are held against the contract, which also drops what it does not name. Code in this process that
   * calls on does without: types hold it to the contract, and what it needs it picks itself.
   */
  validateOutput: boolean;
};

const admittedOf = new WeakMap<RequestContext, Admitted>();

/** Makes the function that prepares procedures; each is prepared once. */
export function createPrepare(pipeline: Pipeline, { validateOutput }: PrepareOptions) {
  const prepared = new WeakMap<AnyProcedure, Prepared>();
  return (procedure: AnyProcedure, path: readonly string[]): Prepared => {
    const known = prepared.get(procedure);
    if (known) return known;
    const made = prepare(pipeline, procedure, path, validateOutput);
    prepared.set(procedure, made);
    return made;
  };
}

function prepare(
  pipeline: Pipeline,
  procedure: AnyProcedure,
  path: readonly string[],
  validateOutput: boolean,
): Prepared {
  const def = procedure['~orpc'];
  const meta = def.meta as RouteMeta;
  const status = def.route.successStatus ?? 200;
  const routePath = def.route.path ?? '';
  const pathParameters = [...routePath.matchAll(/\{\+?([^}]+)\}/g)].map((match) => match[1] ?? '');
  // The audit, and what a person has to approve, stand between the validation of the input and all else the procedure does.
  const audited = new Procedure({
    ...def,
    ...(validateOutput ? {} : { outputSchema: undefined }),
    middlewares: [
      (async (
        { context, next }: { context: RequestContext; next: () => Promise<unknown> },
        input: CallInput,
      ) => {
        const admitted = admittedOf.get(context);
        if (!admitted) throw new Error('a procedure was reached around the pipeline');
        const run = meta.approval
          ? async () => {
              await pipeline.approved(admitted, () => input);
              return next();
            }
          : next;
        return pipeline.audited(admitted, run, () => status);
      }) as unknown as (typeof def.middlewares)[number],
      ...def.middlewares,
    ],
    inputValidationIndex: 0,
    outputValidationIndex: 1,
  });
  const call = createProcedureClient(audited as never, {
    context: (context: RequestContext) => context as never,
    path,
  }) as (input: unknown, options: { signal: AbortSignal; context: RequestContext }) => Promise<unknown>;
  return {
    route: { name: `${def.route.method ?? 'POST'} ${routePath}`, meta },
    pattern: `${API_PREFIX}${routePath}`,
    status,
    async run(input, admitted, signal) {
      // What goes into a workspace is the agent's to judge: a file may hold anything.
      if (!pathParameters.includes('agent')) refuseNul(input);
      const { context } = admitted;
      admittedOf.set(context, admitted);
      try {
        return await call(input, { signal, context });
      } catch (error) {
        throw fromContractError(error, def.inputSchema, pathParameters);
      }
    },
  };
}
