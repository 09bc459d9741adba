import { ApiError, type ResourceLimits, type ResourceName, resourceNames } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';
import { effectiveLimits, limitsAnything } from './limits.ts';
import { loadRules, loadUse, type Rules, type Use, type Whose } from './store.ts';
import { amount } from './words.ts';

/** What a start asks for; null where its template sets no limit. */
export type BuildSize = {
  readonly cpuCores: number | null;
  readonly memoryBytes: number | null;
  readonly diskBytes: number | null;
  /** Credits a day. */
  readonly dailyCost: number;
};

export type StartRequest = {
  readonly organizationId: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly workspaceId: string;
  /** The workspace is created with this start. */
  readonly isNew: boolean;
  readonly size: BuildSize;
};

/** Any fixed number: whoever starts a workspace where there are quotas takes this lock of its organization. */
const lockClass = 730_301_431;

type Check = { readonly title: string; readonly limits: ResourceLimits; readonly whose: Whose };

/**
 * Throws INSUFFICIENT_QUOTA, with the numbers, when a start would take more than its owner may have. To be called in the
 * transaction that makes the build: until that ends no other start of the organization is counted, so that two at once cannot
 * both take what is left. What a workspace has already it may keep: only more than that is refused.
 */
export async function reserveQuota(trx: Db, request: StartRequest): Promise<void> {
  const { organizationId, ownerId, workspaceId } = request;
  const rules = await loadRules(trx, organizationId, ownerId);
  const checks = checksOf(rules, request);
  if (checks.length === 0 && rules.budget < 0) return;
  await sql`select pg_advisory_xact_lock(${lockClass}, hashtext(${organizationId}))`.execute(trx);
  const before = await loadUse(trx, organizationId, { userId: ownerId }, { only: workspaceId });
  const others = (whose: Whose) => loadUse(trx, organizationId, whose, { except: workspaceId });

  const problems: string[] = [];
  for (const { title, limits, whose } of checks) {
    const use = await others(whose);
    problems.push(...exceeded(title, limits, { request, use, before }));
  }
  const { budget } = rules;
  const { dailyCost } = request.size;
  if (budget >= 0 && dailyCost > before.credits) {
    const { credits } = await others({ userId: ownerId });
    if (credits + dailyCost > budget) {
      problems.push(
        `${request.ownerName} has ${budget} credits a day, ${credits} of them in use, and this workspace costs ${dailyCost}`,
      );
    }
  }
  if (problems.length === 0) return;
  throw new ApiError('INSUFFICIENT_QUOTA', {
    message: `The quota does not allow this start: ${problems.join('; ')}.`,
    detail:
      'Stop a workspace (to have its disk back, delete one), choose smaller parameters, or ask an administrator of the organization for a larger quota.',
  });
}

function checksOf({ own, groups }: Rules, { ownerId, ownerName }: StartRequest): Check[] {
  const limits = effectiveLimits(
    own,
    groups.map(({ memberLimits }) => memberLimits),
  );
  const all: Check[] = [
    { title: ownerName, limits, whose: { userId: ownerId } },
    ...groups.map(({ id, name, totalLimits }) => ({
      title: `the group "${name}"`,
      limits: totalLimits,
      whose: { groupId: id },
    })),
  ];
  return all.filter((check) => limitsAnything(check.limits));
}

/** What of a request goes beyond a limit, given what the other workspaces take and what this one has already. */
function exceeded(
  title: string,
  limits: ResourceLimits,
  { request, use, before }: { request: StartRequest; use: Use; before: Use },
): string[] {
  const { size, isNew } = request;
  const asked: Record<ResourceName, number | null> = {
    workspaces: 1,
    cpu_cores: size.cpuCores,
    memory_bytes: size.memoryBytes,
    disk_bytes: size.diskBytes,
  };
  return resourceNames.flatMap((name): string[] => {
    const limit = limits[name];
    if (limit === null) return [];
    const wanted = asked[name];
    if (wanted === null) {
      return [
        `${title} may have ${amount(name, limit)}, and the template of this workspace sets no limit of its own for it`,
      ];
    }
    const has = name === 'workspaces' ? (isNew ? 0 : 1) : before[name];
    // Sums of fractions of a core are not exact.
    if (wanted <= has || use[name] + wanted <= limit + 1e-6) return [];
    return [
      name === 'workspaces'
        ? `${title} may have ${amount(name, limit)} and has ${use[name]}`
        : `${title} may have ${amount(name, limit)}, ${amount(name, use[name])} are in use, and this workspace asks for ${amount(name, wanted)}`,
    ];
  });
}
