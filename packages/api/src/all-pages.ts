import { MAX_PAGE_SIZE } from './schemas/common.ts';

/**
 * Everything that a list has, read page by page. The list is one that answers with an array, in an order that stays.
 *
 *     await allPages((page) => client.organizations.list(page))
 */
export async function allPages<T>(
  read: (page: { limit: number; offset: number }) => Promise<readonly T[]>,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await read({ limit: MAX_PAGE_SIZE, offset: all.length });
    all.push(...page);
    if (page.length < MAX_PAGE_SIZE) return all;
  }
}
