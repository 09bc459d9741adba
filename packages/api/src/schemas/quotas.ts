import * as z from 'zod';
import { uuid } from './common.ts';

/** Upstream's quota: credits that the workspaces of a user cost in an organization, and how many there are. */
export const workspaceQuotaSchema = z.object({
  credits_consumed: z.int(),
  /** -1 for no limit. */
  budget: z.int(),
});
export type WorkspaceQuota = z.infer<typeof workspaceQuotaSchema>;

const whole = z.int('must be a whole number').min(0, 'must not be negative');
const limits = {
  /** Workspaces that are not deleted. */
  workspaces: whole,
  /** Cores and bytes of memory of the workspaces that run. */
  cpu_cores: z.number().min(0, 'must not be negative').max(1_000_000),
  memory_bytes: whole,
  /** Bytes of disk of all workspaces: a stopped one keeps its files. */
  disk_bytes: whole,
};
export type ResourceName = keyof typeof limits;
export const resourceNames = Object.keys(limits) as ResourceName[];

/** How much there may be of each resource; null for no limit. */
export const resourceLimitsSchema = z.object({
  workspaces: limits.workspaces.nullable(),
  cpu_cores: limits.cpu_cores.nullable(),
  memory_bytes: limits.memory_bytes.nullable(),
  disk_bytes: limits.disk_bytes.nullable(),
});
export type ResourceLimits = z.infer<typeof resourceLimitsSchema>;
/** A change of limits: what is left out stays, null takes a limit away. */
export const changeLimitsSchema = z.strictObject(resourceLimitsSchema.shape).partial();
export type ChangeLimits = z.infer<typeof changeLimitsSchema>;

/** How much there is of each resource. */
export const resourceUseSchema = z.object(limits);
export type ResourceUse = z.infer<typeof resourceUseSchema>;

/** The limits of one member of an organization, and what its workspaces there take. */
export const memberQuotaSchema = z.object({
  /** Set for this member; each takes the place of what the groups say. */
  limits: resourceLimitsSchema,
  /** What holds: the member's own limit, else the largest that one of its groups gives each member, else none. */
  effective: resourceLimitsSchema,
  used: resourceUseSchema,
  /** The groups that limit what all their members take together. */
  groups: z.array(
    z.object({ id: uuid, name: z.string(), total_limits: resourceLimitsSchema, used: resourceUseSchema }),
  ),
});
export type MemberQuota = z.infer<typeof memberQuotaSchema>;

/** The limits that a group sets: for each of its members, and for all of them together. */
export const groupQuotaSchema = z.object({
  member_limits: resourceLimitsSchema,
  total_limits: resourceLimitsSchema,
  /** What the workspaces of all members take in the group's organization. */
  used: resourceUseSchema,
});
export type GroupQuota = z.infer<typeof groupQuotaSchema>;
