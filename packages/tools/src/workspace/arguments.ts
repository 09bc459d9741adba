import * as z from 'zod';

/** The argument that names a workspace, in all of upstream's forms. */
export const workspaceArgument = z
  .string()
  .min(1, 'workspace name cannot be empty')
  .describe('Name as [owner/]workspace[.agent], or id');

/** A file in a workspace. */
export const pathArgument = z
  .string()
  .min(1, 'path cannot be empty')
  .refine((path) => !path.includes('\0'), 'must have no NUL')
  .refine(
    (path) => path.startsWith('/') || path === '~' || path.startsWith('~/'),
    'file path must be absolute, or begin with ~/',
  )
  .describe('Absolute, or ~/…');

/** Whether a result holds the few facts a model needs, or the whole object. */
export const detailArgument = z.enum(['concise', 'full']).optional();

/** A caller's own name for one act, so that a repeated call does not act twice. */
export const idempotencyArgument = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII')
  .optional()
  .describe('Repeat a call with the same key to get the first result instead of acting twice');
