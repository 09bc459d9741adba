import { API_PREFIX, contract, IDEMPOTENCY_KEY_HEADER, type RouteMeta } from '@coder/api';
import { type OpenAPI, OpenAPIGenerator } from '@orpc/openapi';
import { traverseContractProcedures } from '@orpc/server';
import { errorResponses, errorsOf } from './errors.ts';
import { rawOperations } from './raw-operations.ts';
import { createSchemaConverter } from './schemas.ts';
import { securityOf, securitySchemes } from './security.ts';
import { tagsOf } from './tags.ts';
import { wordsOf } from './words.ts';

const description = `Everything that a deployment can do, as its dashboard, its command line and its MCP tools use it.

An answer that is no success has the shape \`Error\`: \`message\` says what is wrong, \`detail\` why or what to do next, and
\`validations\` which fields of the request are wrong. What is not there and what you may not see answer alike, with 404.

Lists are bounded: without a \`limit\` they answer with their first entries, and \`limit\` has a largest value.`;

/** The routes that answer a repeated request with what the first one made. */
const idempotent: ReadonlySet<string> = new Set([
  'workspaces.create',
  'workspaces.createInOrganization',
  'workspaces.createBuild',
  'templateVersions.create',
]);
const idempotencyKey: OpenAPI.ParameterObject = {
  name: IDEMPOTENCY_KEY_HEADER,
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
  description: 'With the same key the same request again answers with what the first one made.',
};

export type DocumentOptions = {
  readonly version: string;
  /** Whether people reach the deployment over https. */
  readonly secure: boolean;
};

/**
 * Makes the OpenAPI document of the contract and of the routes beside it. Of a single deployment it says its version, and how
 * its session cookie is called.
 */
export async function openApiDocument({ version, secure }: DocumentOptions): Promise<OpenAPI.Document> {
  const schemas = createSchemaConverter();
  const generator = new OpenAPIGenerator({ schemaConverters: [schemas.converter] });
  const document = await generator.generate(contract, {
    info: { title: 'Coder workspaces', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: API_PREFIX }],
  });
  const paths = document.paths ?? {};
  traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure }) => {
    const { route, meta } = procedure['~orpc'];
    const method = (route.method ?? 'POST').toLowerCase() as 'get';
    const operation = paths[(route.path ?? '').replaceAll('{+', '{')]?.[method];
    if (!operation) return;
    complete(operation, meta as RouteMeta);
    if (idempotent.has(operation.operationId ?? '')) operation.parameters?.push(idempotencyKey);
  });
  for (const { path, method, servers, operation, meta } of rawOperations(schemas)) {
    // A log is read as JSON or followed over a WebSocket at one address, and is one operation here.
    const item = paths[path] ?? { ...(servers ? { servers } : {}) };
    paths[path] = item;
    const there = item[method];
    if (there) join(there, operation);
    else item[method] = complete(operation, meta) as NonNullable<typeof item.get>;
  }
  return {
    ...document,
    paths,
    tags: tagsOf(paths),
    components: {
      securitySchemes: securitySchemes(secure),
      responses: errorResponses(schemas),
      schemas: schemas.components() as NonNullable<OpenAPI.ComponentsObject['schemas']>,
    },
  };
}

/** Adds what holds for an operation by its metadata: who may call it, what it needs, and how it can fail. */
function complete(operation: OpenAPI.OperationObject, meta: RouteMeta): OpenAPI.OperationObject {
  const { responses = {} } = operation;
  for (const [status, response] of Object.entries(responses)) {
    if (status === '204' && 'content' in response) delete response.content;
  }
  operation.responses = { ...responses, ...errorsOf(operation, meta) };
  operation.security = securityOf(meta);
  operation.description = wordsOf(meta);
  return operation;
}

/** The WebSocket of an operation that also answers plainly. */
function join(plain: OpenAPI.OperationObject, followed: OpenAPI.OperationObject): void {
  const names = new Set(plain.parameters?.map((each) => ('name' in each ? each.name : '')));
  const added = followed.parameters?.filter((each) => 'name' in each && !names.has(each.name)) ?? [];
  for (const each of added) if ('required' in each) each.required = false;
  plain.parameters = [...(plain.parameters ?? []), ...added];
  plain.description = `${plain.description} ${followed.summary}.`;
  plain.responses = { ...followed.responses, ...plain.responses };
}
