import { type RawRoute, type RouteMeta, rawRoutes } from '@coder/api';
import type { OpenAPI } from '@orpc/openapi';
import type * as z from 'zod';
import { type RawFacts, rawFacts } from './raw-facts.ts';
import type { createSchemaConverter } from './schemas.ts';

type Schemas = ReturnType<typeof createSchemaConverter>;

type RawOperation = {
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Where it is not below the REST prefix. */
  readonly servers: OpenAPI.ServerObject[] | undefined;
  readonly operation: OpenAPI.OperationObject;
  readonly meta: RouteMeta;
};

/** The streams, WebSockets and proxies, from their rows and from what is said of them beside. */
export function rawOperations(schemas: Schemas): RawOperation[] {
  return Object.entries(rawRoutes).map(([name, route]: [string, RawRoute]) => {
    const facts: RawFacts = rawFacts[name as keyof typeof rawFacts];
    // What a star stands for goes on over slashes, for which OpenAPI has no word.
    const path = route.path.replace(/\/\*$/, '/{path}');
    return {
      path,
      method: route.method.toLowerCase() as RawOperation['method'],
      servers: route.at === 'root' ? [{ url: '/' }] : undefined,
      meta: route.meta,
      operation: {
        operationId: `streams.${name}`,
        summary: route.summary,
        tags: [facts.tag],
        parameters: [...pathParameters(path), ...queryParameters(schemas, facts.query)],
        ...(facts.sends
          ? { requestBody: { required: true, content: contentOf(schemas, facts.sends, 'input') } }
          : {}),
        responses: answerOf(schemas, route, facts),
      },
    };
  });
}

function pathParameters(path: string): OpenAPI.ParameterObject[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(name === 'path' ? { description: 'May hold slashes, and may be empty.' } : {}),
  }));
}

function queryParameters(schemas: Schemas, query: z.ZodObject | undefined): OpenAPI.ParameterObject[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const json = schemas.inline(schema as z.ZodType, 'input');
    const { description, ...rest } = json as { description?: string };
    return {
      name,
      in: 'query',
      required: !(schema as z.ZodType).safeParse(undefined).success,
      schema: rest as NonNullable<OpenAPI.ParameterObject['schema']>,
      ...(description === undefined ? {} : { description }),
    };
  });
}

function contentOf(
  schemas: Schemas,
  bodies: NonNullable<RawFacts['sends']>,
  direction: 'input' | 'output',
): Record<string, OpenAPI.MediaTypeObject> {
  return Object.fromEntries(
    bodies.map(({ type, schema }) => [
      type,
      { schema: (schema ? schemas.inline(schema, direction) : {}) as OpenAPI.SchemaObject },
    ]),
  );
}

function answerOf(schemas: Schemas, { kind }: RawRoute, { answers }: RawFacts): OpenAPI.ResponsesObject {
  if (kind === 'websocket') return { 101: { description: 'The connection becomes a WebSocket.' } };
  if (!answers) return { 200: { description: 'OK' } };
  return {
    [answers.status ?? 200]: { description: 'OK', content: contentOf(schemas, [answers], 'output') },
  };
}
