import * as rest from '@coder/api';
import * as agent from '@coder/api/agent';
import type { ConditionalSchemaConverter, JSONSchema } from '@orpc/openapi';
import * as z from 'zod';

type Direction = 'input' | 'output';
type Json = Exclude<JSONSchema, boolean>;

/** The shapes that have a name in the document: those that the contract exports. */
const names = new Map<unknown, string>();
for (const [exported, value] of Object.entries(rest)) {
  if (exported.endsWith('Schema') && value instanceof z.ZodObject)
    names.set(value, capital(exported.slice(0, -6)));
}
for (const [exported, value] of Object.entries(agent)) {
  if (/^[A-Z][a-z]/.test(exported) && value instanceof z.ZodObject && !names.has(value))
    names.set(value, exported);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Turns the contract's schemas into JSON Schema. A shape with a name is written once, under `components`, and referred to
 * everywhere else; what it is when it is sent may differ from what it is when it is answered, and is then written twice.
 */
export function createSchemaConverter() {
  const used = new Map<string, { schema: z.ZodType; direction: Direction }>();

  function referTo(schema: z.ZodType, name: string, direction: Direction): Json {
    const sent = direction === 'input' && !isTheSame(schema);
    const component = sent ? `${name}Input` : name;
    used.set(component, { schema, direction: sent ? 'input' : 'output' });
    return { $ref: `#/components/schemas/${component}` };
  }

  function convert(schema: z.ZodType, direction: Direction, isRoot: (schema: unknown) => boolean): Json {
    const { $schema: _, ...json } = toJson(schema, direction, (zodSchema, at) => {
      const name = isRoot(zodSchema) ? undefined : names.get(zodSchema);
      if (name === undefined) return;
      for (const key of Object.keys(at)) delete at[key];
      Object.assign(at, referTo(zodSchema as z.ZodType, name, direction));
    });
    return json as Json;
  }

  const converter: ConditionalSchemaConverter = {
    condition: (schema) => schema instanceof z.ZodType,
    convert(schema, { strategy }) {
      const given = schema as unknown as z.ZodType;
      // Of what is sent the library takes the path's parameters out, so it must see the fields.
      const json = convert(given, strategy, (each) => strategy === 'input' && each === given);
      return [!isOptional(given), json];
    },
  };

  return {
    converter,
    /** A reference to a shape, under a name of the document's own. */
    referTo,
    /** A schema that stands where it is used; shapes with a name are referred to. */
    inline: (schema: z.ZodType, direction: Direction) => convert(schema, direction, () => false),
    /** Every shape that something refers to. To be called last. */
    components(): Record<string, Json> {
      const made: Record<string, Json> = {};
      // Writing one may bring others into use, which the map then goes on to.
      for (const [name, { schema, direction }] of used) {
        made[name] = convert(schema, direction, (each) => each === schema);
      }
      return Object.fromEntries(Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}

type Visit = (schema: unknown, at: Record<string, unknown>) => void;

function toJson(schema: z.ZodType, direction: Direction, visit: Visit): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: direction,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const at = jsonSchema as Record<string, unknown>;
      // An answer may gain fields; only what is sent is held to those that are known.
      if (direction === 'output') openUp(at);
      // The format says it, and readers need not see how it is checked.
      if (at.format === 'uuid') delete at.pattern;
      if (at.maximum === Number.MAX_SAFE_INTEGER) delete at.maximum;
      if (at.minimum === Number.MIN_SAFE_INTEGER) delete at.minimum;
      visit(zodSchema, at);
    },
  }) as Record<string, unknown>;
}

function openUp(at: Record<string, unknown>): void {
  if (at.additionalProperties === false) delete at.additionalProperties;
}

const same = new WeakMap<z.ZodType, boolean>();

/** Whether a shape is the same sent and answered, but for what it says of fields that it does not know. */
function isTheSame(schema: z.ZodType): boolean {
  const known = same.get(schema);
  if (known !== undefined) return known;
  const [sent, answered] = (['input', 'output'] as const).map((direction) =>
    JSON.stringify(toJson(schema, direction, (_, at) => openUp(at))),
  );
  const result = sent === answered;
  same.set(schema, result);
  return result;
}

function isOptional(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}
