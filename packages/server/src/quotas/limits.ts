import { type ResourceLimits, type ResourceName, resourceNames } from '@coder/api';

/** What of each resource; the keys that a table may leave out are filled in. */
export function limitsOf(stored: unknown): ResourceLimits {
  const given = (stored ?? {}) as Partial<ResourceLimits>;
  return eachResource((name) => given[name] ?? null);
}

/** Limits as they are stored: without those that set none. */
export function storedLimits(limits: ResourceLimits): string {
  return JSON.stringify(Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== null)));
}

/**
 * What holds for one member: what is set for the member itself, else the largest that one of its groups gives each of its
 * members, else nothing.
 */
export function effectiveLimits(own: ResourceLimits, ofGroups: readonly ResourceLimits[]): ResourceLimits {
  return eachResource((name) => {
    if (own[name] !== null) return own[name];
    const given = ofGroups.map((limits) => limits[name]).filter((limit) => limit !== null);
    return given.length === 0 ? null : Math.max(...given);
  });
}

/** Whether any limit is set. */
export function limitsAnything(limits: ResourceLimits): boolean {
  return resourceNames.some((name) => limits[name] !== null);
}

export function eachResource<T>(read: (name: ResourceName) => T): Record<ResourceName, T> {
  return Object.fromEntries(resourceNames.map((name) => [name, read(name)])) as Record<ResourceName, T>;
}
