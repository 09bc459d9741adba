import * as z from 'zod';

/** RFC 3339 time, as upstream writes it. */
export const time = z.string();
export const uuid = z.uuid();

/** Whether a text is a UUID in its usual writing, of any version and in any case: what PostgreSQL takes as one. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Upstream's name rule for users, workspaces, templates and organizations: letters, digits and single hyphens. */
export const NAME_PATTERN = /^[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*$/;
export const nameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(32, 'must be at most 32 characters long')
  .regex(
    NAME_PATTERN,
    'must be letters, digits and single hyphens, starting and ending with a letter or digit',
  );

/** Booleans and numbers arrive as text in a query string and as themselves from a typed caller. */
export const queryBoolean = z.union([z.boolean(), z.stringbool()]);
export const queryInteger = z.coerce.number<number>().int();

/** Several values of one name in a query: upstream writes them separated by commas; a caller in TypeScript gives a list. */
export const queryList = <T extends z.ZodType<unknown, string>>(item: T, max = 100) =>
  z.preprocess(
    (given) =>
      typeof given === 'string'
        ? given
            .split(',')
            .map((each) => each.trim())
            .filter(Boolean)
        : given,
    z.array(item).max(max, `must have at most ${max} entries`),
  );

/** Paging as upstream has it. Lists are bounded: without a limit a list answers with its first 100 entries. */
export const DEFAULT_PAGE_SIZE = 100;
/** Also what a list gives without a limit that upstream gives whole. */
export const MAX_PAGE_SIZE = 1000;
export const paging = {
  limit: queryInteger.min(0).max(MAX_PAGE_SIZE).optional(),
  offset: queryInteger.min(0).optional(),
  after_id: uuid.optional(),
};

export const responseMessage = z.object({ message: z.string() });

/** A path parameter that takes a username, an id or `me`. */
export const userRef = z.string().min(1).max(100);
/** A path parameter that takes an organization's name, its id or `default`. */
export const organizationRef = z.string().min(1).max(100);
