import * as z from 'zod';

/** Every way a call to the agent is refused, with the HTTP status that carries it. */
export const agentErrorStatus = {
  invalid_input: 400,
  not_a_file: 400,
  not_a_directory: 400,
  is_a_directory: 400,
  not_text: 400,
  edit_not_found: 400,
  edit_ambiguous: 400,
  permission_denied: 403,
  not_found: 404,
  process_not_found: 404,
  terminal_not_found: 404,
  exists: 409,
  not_empty: 409,
  conflict: 409,
  stdin_closed: 409,
  not_running: 409,
  shutting_down: 409,
  gone: 410,
  etag_mismatch: 412,
  too_large: 413,
  checksum_mismatch: 422,
  too_many: 429,
  internal: 500,
  port_refused: 502,
  no_space: 507,
} as const;

export type AgentErrorCode = keyof typeof agentErrorStatus;

/** The body of every refused call. `message` says what is wrong and what to do next, and is safe to show. */
export const AgentErrorBody = z.object({
  code: z.enum(Object.keys(agentErrorStatus) as [AgentErrorCode, ...AgentErrorCode[]]),
  message: z.string(),
  /** The file it is about, absolute, as the agent resolved it. */
  path: z.string().optional(),
  /** The input field that is wrong, as a dotted path. */
  field: z.string().optional(),
  /** When several files or fields are wrong at once, each of them. */
  errors: z
    .array(
      z.object({
        code: z.string(),
        message: z.string(),
        path: z.string().optional(),
        field: z.string().optional(),
      }),
    )
    .optional(),
});
export type AgentErrorBody = z.infer<typeof AgentErrorBody>;
