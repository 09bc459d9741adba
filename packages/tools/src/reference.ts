import { scopeFor } from '@coder/api';
import { type ListedTool, listTool } from './json-schema.ts';
import { tools } from './registry.ts';
import { isRecord } from './result.ts';
import type { Tool } from './tool.ts';

const HEAD = `# MCP tools

Every tool with its arguments, toolsets and the scopes that a token needs for it. How they are used together is in
[MCP](../mcp.md). This page is made from the table that the server offers the tools from (\`npm run docs\` writes it).
`;

/** The reference page of the tools, in Markdown. */
export function renderToolReference(): string {
  const index = tools.map(
    (tool) => `| [\`${tool.name}\`](#${tool.name}) | ${tool.title} | ${effect(tool)} |`,
  );
  const table = ['| tool | | effect |', '|---|---|---|', ...index].join('\n');
  return `${[HEAD, table, ...tools.map(section)].join('\n\n').replace('\n\n\n', '\n\n')}\n`;
}

function section(tool: Tool): string {
  const any = tool.anyPermission === undefined ? '' : `, and one of ${scopes(tool.anyPermission)}`;
  const needed = tool.permissions.length === 0 && any === '' ? 'none' : `${scopes(tool.permissions)}${any}`;
  const facts = [
    `- Toolsets: ${tool.toolsets.join(', ')}`,
    `- Scopes: ${needed}`,
    ...(tool.aliases === undefined ? [] : [`- Also taken: ${aliases(tool.aliases)}`]),
  ].join('\n');
  return [`## \`${tool.name}\``, tool.description, facts, argumentTable(listTool(tool))].join('\n\n');
}

function argumentTable({ inputSchema }: ListedTool): string {
  const entries = Object.entries(inputSchema.properties);
  if (entries.length === 0) return 'No arguments.';
  const rows = entries.map(([name, schema]) => {
    const required = inputSchema.required?.includes(name) === true ? ', required' : '';
    return `| \`${name}\` | ${typeOf(schema)}${required} | ${cell(descriptionOf(schema))} |`;
  });
  return ['| argument | type | |', '|---|---|---|', ...rows].join('\n');
}

/** A schema in words: `string`, `one of a, b`, `list of {search, replace}`. */
function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return 'any';
  if (Array.isArray(schema.enum))
    return `one of ${schema.enum.map((one) => `\`${String(one)}\``).join(', ')}`;
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  if (schema.type === 'object' && isRecord(schema.properties)) {
    const required = Array.isArray(schema.required) ? schema.required : [];
    const names = Object.keys(schema.properties);
    return `{${names.map((name) => `\`${name}\`${required.includes(name) ? '' : '?'}`).join(', ')}}`;
  }
  return Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'any');
}

function effect({ annotations }: Tool): string {
  if (annotations.readOnlyHint) return 'reads';
  return annotations.destructiveHint ? 'may destroy' : 'adds';
}

const scopes = (permissions: Tool['permissions']): string =>
  [...new Set(permissions.map(scopeFor))].map((scope) => `\`${scope}\``).join(', ');

const aliases = (own: Readonly<Record<string, string>>): string =>
  Object.entries(own)
    .map(([alias, name]) => `\`${alias}\` for \`${name}\``)
    .join(', ');

const descriptionOf = (schema: unknown): string =>
  isRecord(schema) && typeof schema.description === 'string' ? schema.description : '';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
