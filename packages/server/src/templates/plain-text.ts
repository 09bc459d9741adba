/** Markdown without its marks, for places that show plain text. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^\s{0,3}(?:#{1,6}|>|[-*+])\s+/gm, '')
    .replaceAll(/(\*\*|__|`|~~)/g, '')
    .replaceAll(/(^|\s)[*_]([^*_\n]+)[*_](?=$|[\s.,;:!?])/gm, '$1$2')
    .trim();
}

/** The first paragraph of prose of a readme: what a template is, in short. */
export function firstParagraph(readme: string): string {
  const body = readme.replace(/^---\n[\s\S]*?\n---\n/, '');
  const prose = body.split(/\n\s*\n/).find((part) => /^\s*[^#\s!<|`-]/.test(part));
  return plainText(prose ?? '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .slice(0, 1_000);
}
