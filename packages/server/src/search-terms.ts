/** One part of a `q=`: `key:value`, or a bare term without a key. */
export type SearchTerm = { readonly key: string | undefined; readonly value: string };

/**
 * Splits upstream's filter syntax at spaces outside of quotes; the first colon outside of quotes parts key and value.
 * Everything is lower-cased. Returns undefined when a quotation mark is not closed.
 */
export function searchTerms(text: string): SearchTerm[] | undefined {
  const found: SearchTerm[] = [];
  let [key, value, begun, quoted]: [string | undefined, string, boolean, boolean] = [
    undefined,
    '',
    false,
    false,
  ];
  const end = () => {
    if (begun) found.push({ key, value });
    [key, value, begun] = [undefined, '', false];
  };
  for (const character of text.toLowerCase()) {
    if (!quoted && /\s/.test(character)) {
      end();
      continue;
    }
    begun = true;
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === ':' && key === undefined) [key, value] = [value, ''];
    else value += character;
  }
  end();
  return quoted ? undefined : found;
}
