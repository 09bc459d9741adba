import { errorBodySchema, errorRegistry, type RouteMeta } from '@coder/api';
import type { OpenAPI } from '@orpc/openapi';
import type { createSchemaConverter } from './schemas.ts';

/** The statuses that have an entry of their own in the document, each with what it stands for. */
const statuses = {
  400: 'Invalid',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  413: 'TooLarge',
  428: 'ApprovalRequired',
  429: 'RateLimited',
  default: 'Failed',
} as const;

type Status = keyof typeof statuses;

/** The error answers that operations refer to. */
export function errorResponses({
  referTo,
}: ReturnType<typeof createSchemaConverter>): Record<string, OpenAPI.ResponseObject> {
  const schema = referTo(errorBodySchema, 'Error', 'output') as OpenAPI.ReferenceObject;
  return Object.fromEntries(
    Object.entries(statuses).map(([status, name]) => [
      name,
      { description: meaningOf(status), content: { 'application/json': { schema } } },
    ]),
  );
}

function meaningOf(status: string): string {
  if (status === 'default') return 'Any other failure.';
  const found = Object.values(errorRegistry).filter((error) => String(error.status) === status);
  return [...new Set(found.map(({ message }) => message))].join(' Or: ');
}

/** How an operation can fail, by what it takes and by its metadata. */
export function errorsOf(
  operation: OpenAPI.OperationObject,
  meta: RouteMeta,
): Record<string, OpenAPI.ReferenceObject> {
  const has: Partial<Record<Status, boolean>> = {
    400: operation.parameters !== undefined || operation.requestBody !== undefined,
    401: meta.auth !== 'none',
    403: meta.permission !== undefined || meta.session !== undefined,
    404: operation.parameters?.some((each) => 'in' in each && each.in === 'path') ?? false,
    409: meta.audit !== undefined && meta.audit.action !== 'read',
    413: operation.requestBody !== undefined,
    428: meta.approval !== undefined,
    429: meta.rateLimit !== 'none',
    default: true,
  };
  return Object.fromEntries(
    (Object.keys(statuses) as unknown as Status[])
      .filter((status) => has[status])
      .map((status) => [status, { $ref: `#/components/responses/${statuses[status]}` }]),
  );
}
