/**
 * A name that a stranger chose, without the characters that change how the text around it reads: controls, marks of
 * direction, and those that take no space. What is left of it is one line; `unnamed` where nothing is.
 */
export function plainName(name: string, unnamed = 'An application without a name'): string {
  const plain = name
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain === '' ? unnamed : plain;
}
