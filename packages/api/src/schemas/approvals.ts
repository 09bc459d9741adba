import * as z from 'zod';
import { time, uuid } from './common.ts';

/** The classes of actions for which a person's approval can be demanded. */
export const approvalClasses = ['delete', 'commands', 'templates'] as const;
export const approvalClassSchema = z.enum(approvalClasses);
export type ApprovalClass = (typeof approvalClasses)[number];

/** What each class holds, in words for the people who choose. */
export const approvalClassTexts: Record<ApprovalClass, { title: string; description: string }> = {
  delete: {
    title: 'Delete',
    description:
      'Delete a workspace or a template, make a workspace dormant, or have templates delete dormant ones.',
  },
  commands: {
    title: 'Commands',
    description: 'Run a command in a workspace, write to its input, or open a terminal.',
  },
  templates: {
    title: 'Template changes',
    description: 'Create, change, activate or delete a template or a version of one.',
  },
};

/** `pending` waits for a decision; `approved` waits to be used, once. The other three are over. */
export const approvalStatuses = ['pending', 'approved', 'denied', 'used', 'expired'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** How long a request waits for its decision, and how long a decision holds, in milliseconds. */
export const APPROVAL_LIFETIME_MS = 10 * 60_000;
/** A call whose arguments have more characters of JSON is refused where it needs approval: nobody could see all of it. */
export const APPROVAL_ARGUMENTS_LIMIT = 64 * 1024;

const fact = z.object({ name: z.string(), value: z.string() });

/**
 * One request for approval. Every text in it may come from a program or from a workspace: it is shown as it is, never as
 * markup, and with its control characters made visible.
 */
export const approvalSchema = z.object({
  id: uuid,
  class: approvalClassSchema,
  status: z.enum(approvalStatuses),
  /** Whose token asks, hence who decides. */
  user_id: uuid,
  username: z.string(),
  /** The application that holds the token; null for an API token or a session. */
  application: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** The name of an API token; null for anything else. */
  token_name: z.string().nullable(),
  via: z.enum(['mcp', 'api']),
  /** The MCP tool that was called, as the caller says. */
  tool: z.string().nullable(),
  /** The route that was called, as in `POST /workspaces/{workspace}/builds`. */
  route: z.string(),
  /** What it is done to: a workspace as `owner/name`, a template or an organization by name. */
  target: z.object({ type: z.enum(['workspace', 'template', 'organization']), id: uuid, name: z.string() }),
  /** What the server knows beside the arguments, such as the version that a template is to get. */
  facts: z.array(fact),
  /** All that the approval is bound to beside the route and the caller. */
  arguments: z.record(z.string(), z.unknown()),
  arguments_sha256: z.string(),
  /** From where it was asked. */
  ip: z.string(),
  user_agent: z.string(),
  created_at: time,
  /** Until when it can be decided or, once it is decided, until when the decision holds. */
  expires_at: time,
  decided_at: time.nullable(),
  /** The username of who decided. */
  decided_by: z.string().nullable(),
  used_at: time.nullable(),
  /** What was said with a denial; it is told to the caller. */
  reason: z.string(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** Newest first, those that wait for a decision before all others. */
export const approvalListSchema = z.object({ approvals: z.array(approvalSchema), count: z.int() });

export const approvalPolicySchema = z.object({
  /** What is demanded here: by the deployment, or by the user. */
  classes: z.array(approvalClassSchema),
  /** What holds in all: the deployment's demands and the user's. */
  effective: z.array(approvalClassSchema),
});
export type ApprovalPolicy = z.infer<typeof approvalPolicySchema>;
export const updateApprovalPolicySchema = z.strictObject({
  classes: z
    .array(approvalClassSchema)
    .max(approvalClasses.length)
    .refine((classes) => new Set(classes).size === classes.length, 'must name each class once'),
});

/** What an error APPROVAL_REQUIRED or APPROVAL_DENIED says for programs. */
export const approvalReferenceSchema = z.object({
  id: uuid,
  /** Where a person decides. */
  url: z.string(),
  expires_at: time,
});
export type ApprovalReference = z.infer<typeof approvalReferenceSchema>;

/**
 * The header by which a program that serves MCP says so: `mcp`, or `mcp; tool=<name>`. Such a call needs approval whatever
 * its token is.
 */
export const VIA_HEADER = 'coder-via';
/** The header by which a call lets itself be held, in milliseconds, while a person decides about it. */
export const APPROVAL_WAIT_HEADER = 'coder-approval-wait';
