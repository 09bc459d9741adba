import { contract, rawRoutes } from '@coder/api';
import type { OpenAPI } from '@orpc/openapi';
import { traverseContractProcedures } from '@orpc/server';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from './document.ts';
import { operationsOf } from './tags.ts';

let document: OpenAPI.Document;
let operations: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  document = await openApiDocument({ version: '1.2.3', secure: false });
  operations = operationsOf(document.paths ?? {});
});
const operation = (id: string) => operations.find((each) => each.operation.operationId === id);

describe('the OpenAPI document', () => {
  it('is valid by the rules of a public linter', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      // Upstream has `/users/{user}/keys/tokens/{name}` beside `/users/{user}/keys/{key}/expire`.
      rules: { 'no-ambiguous-paths': 'off' },
    });
    const source = JSON.stringify(document);
    const problems = await lintFromString({ source, absoluteRef: '/openapi.json', config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  });

  it('has every route once, under an id of its own', () => {
    const routes = new Set<string>();
    traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure }) => {
      const { method = 'POST', path = '' } = procedure['~orpc'].route;
      routes.add(`${method} ${path}`);
    });
    for (const { method, path } of Object.values(rawRoutes)) {
      routes.add(`${method} ${path.replace(/\/\*$/, '/{path}')}`);
    }
    const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(documented.toSorted()).toEqual([...routes].toSorted());
    const ids = operations.map((each) => each.operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names the cookie as browsers are given it', async () => {
    expect(document.components?.securitySchemes?.cookie).toMatchObject({ name: 'coder_session_token' });
    const { components } = await openApiDocument({ version: '1.2.3', secure: true });
    expect(components?.securitySchemes?.cookie).toMatchObject({ name: '__Host-coder_session_token' });
  });

  it('says who may call, with which scope, and how a call fails', () => {
    expect(operation('workspaces.get')?.operation).toMatchObject({
      tags: ['Workspaces'],
      description: 'Needs the scope `workspace:read`.',
      security: [{ sessionToken: [] }, { bearer: [] }, { cookie: [] }, { oauth2: ['workspace:read'] }],
      responses: {
        200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Workspace' } } } },
        404: { $ref: '#/components/responses/NotFound' },
        default: { $ref: '#/components/responses/Failed' },
      },
    });
    expect(operation('users.login')?.operation).toMatchObject({ security: [] });
    expect(operation('agents.patchAppStatus')?.operation).toMatchObject({ security: [{ agentToken: [] }] });
    expect(operation('templates.delete')?.operation.responses).toHaveProperty('428');
    expect(document.components?.responses?.NotFound).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    });
    expect(document.components?.schemas?.Error).toMatchObject({ required: ['message'] });
  });

  it('takes path parameters out of the body, and refers to shapes by name', () => {
    const { operation: create } = operation('workspaces.create') ?? {};
    const body = create?.requestBody as OpenAPI.RequestBodyObject;
    const schema = body.content['application/json']?.schema as OpenAPI.SchemaObject;
    expect(Object.keys(schema.properties ?? {})).not.toContain('user');
    expect(schema.additionalProperties).toBe(false);
    expect(create?.parameters).toMatchObject([
      { name: 'user', in: 'path', required: true },
      { name: 'idempotency-key', in: 'header' },
    ]);
    // What is answered may gain fields.
    expect(document.components?.schemas?.Workspace).not.toHaveProperty('additionalProperties');
  });

  it('has the streams, each with what goes in and out', () => {
    expect(operation('streams.uploadFile')?.operation).toMatchObject({
      requestBody: { content: { 'application/x-tar': {}, 'application/zip': {} } },
      responses: { 201: {} },
    });
    const log = operation('builds.logs')?.operation;
    expect(log?.responses).toMatchObject({ 101: {}, 200: {} });
    expect(log?.parameters).toContainEqual(expect.objectContaining({ name: 'follow', required: false }));
    const proxied = document.paths?.['/@{user}/{workspace}/ports/{port}/{path}'];
    expect(proxied).toMatchObject({ servers: [{ url: '/' }] });
  });
});
