import type { Draft } from './draft.ts';
import type { Report } from './finding.ts';

/** Checks that each app is reached in one way and that names that must differ do. */
export function checkApps(draft: Draft, report: Report): void {
  const slugs = new Set<string>();
  for (const { index, value: app } of draft.apps) {
    const path = ['apps', index] as const;
    if (slugs.has(app.slug)) report([...path, 'slug'], 'is taken by another app');
    slugs.add(app.slug);
    if ((app.url === undefined) === (app.command === undefined)) {
      report(path, 'must have exactly one of "url" and "command"');
    }
    if (app.external && app.url === undefined) report([...path, 'external'], 'needs a url');
  }
}

export function checkMetadata(draft: Draft, report: Report): void {
  const keys = new Set<string>();
  for (const [index, { key }] of (draft.agent?.metadata ?? []).entries()) {
    if (keys.has(key)) report(['agent', 'metadata', index, 'key'], 'is taken by another entry');
    keys.add(key);
  }
}

export function checkReadme({ readme }: Draft, report: Report): void {
  if (readme === undefined) return;
  const parts = readme.split('/');
  if (readme.includes('\\') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    report(['readme'], 'must be the path of a file in the archive, such as README.md');
  }
}
