import { API_PREFIX, ApiError, type RouteMeta } from '@coder/api';
import type { AnyProcedure } from '@orpc/server';
import type { CallInput } from './approval-gate.ts';
import type { Admitted, Pipeline, PipelineRoute } from './pipeline.ts';
import { validationsOf } from './pipeline-validation.ts';
import { isHolding } from './procedure.ts';
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
  if (def.middlewares.length > 0)
    throw new Error(`${path.join('.')}: what a route does stands in its handler`);
  return {
    route: {
      name: `${def.route.method ?? 'POST'} ${routePath}`,
      meta,
      holdsEffect: isHolding(def.handler),
    },
    pattern: `${API_PREFIX}${routePath}`,
    status,
    async run(input, admitted, signal) {
      // What goes into a workspace is the agent's to judge: a file may hold anything.
      if (!pathParameters.includes('agent')) refuseNul(input);
      const checked = await checkInput(def.inputSchema, input, pathParameters);
      return pipeline.audited(
        admitted,
        async () => {
          if (meta.approval) await pipeline.approved(admitted, () => checked as CallInput);
          const output: unknown = await def.handler({
            input: checked,
            context: admitted.context,
            path,
            procedure,
            signal,
            lastEventId: undefined,
            errors: {},
          });
          return validateOutput ? checkOutput(def.outputSchema, output) : output;
        },
        () => status,
      );
    },
  };
}

type Schema = AnyProcedure['~orpc']['inputSchema'];

async function checkInput(
  schema: Schema,
  input: unknown,
  pathParameters: readonly string[],
): Promise<unknown> {
  if (!schema) return input;
  const found = await schema['~standard'].validate(input);
  if (!found.issues) return found.value;
  throw new ApiError('VALIDATION_FAILED', {
    validations: validationsOf(found.issues, schema, pathParameters),
  });
}

/** An answer that breaks the contract is our mistake; what was wrong with it belongs in the log. */
async function checkOutput(schema: Schema, output: unknown): Promise<unknown> {
  if (!schema) return output;
  const found = await schema['~standard'].validate(output);
  if (!found.issues) return found.value;
  throw new Error(`an answer broke the contract: ${JSON.stringify(validationsOf(found.issues, undefined))}`);
}
