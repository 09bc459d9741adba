/** A part of a text: characters that show as they are, a line break, or a character that would not show. */
export type TextPart =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'hidden'; readonly name: string };

/**
 * What has no shape of its own or changes how the text around it reads: controls, marks of direction, characters without
 * width, variation selectors, fillers, and spaces other than the usual one, which part words where a shell does not.
 */
const hidden = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;

const names: Record<string, string> = {
  '\t': 'tab',
  '\r': 'CR',
  '\u001b': 'ESC',
  '\u007f': 'DEL',
  '\0': 'NUL',
};

/** The name of a character that would not show: `tab`, `U+202E`. */
function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return names[character] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * Splits a text that a stranger wrote, so that a page can show all of it: nothing is left out, and what would not show has a
 * name. Joined again, with the hidden characters by their names, it is the whole text.
 */
export function visibleText(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'plain', text: plain });
    plain = '';
  };
  for (const character of text) {
    if (character !== '\n' && !hidden.test(character)) {
      plain += character;
      continue;
    }
    flush();
    parts.push(character === '\n' ? { kind: 'break' } : { kind: 'hidden', name: nameOf(character) });
  }
  flush();
  return parts;
}

/** The text as one line, for titles and rows: breaks are spaces, and what would not show is named in brackets. */
export function visibleLine(text: string): string {
  return visibleText(text)
    .map((part) => {
      if (part.kind === 'plain') return part.text;
      return part.kind === 'break' || part.name === 'tab' ? ' ' : `[${part.name}]`;
    })
    .join('');
}
