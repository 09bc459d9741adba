import { stripVTControlCharacters } from 'node:util';
import { redactKeyBlocks } from './key-blocks.ts';
import { isSecretName } from './secret-names.ts';
import { HIDDEN, secretShapes } from './secret-shapes.ts';

/** Shorter ones stand in too much that is innocent. */
const MIN_KNOWN_LENGTH = 8;

/** `--name `, `ENV NAME ` and the like, `NAME=`, `NAME: ` and `"name": ` before a value. */
const HEAD =
  /(?<![\w.-])(?:--([A-Za-z][\w.-]*)(?:=|[^\S\n]+(?!-))|(?:ENV|setenv|(?:config|configure) set)[^\S\n]+([A-Za-z_][\w.-]*)[^\S\n]+(?![=:])|([A-Za-z_][\w.-]*)\\?["']?[^\S\n]*(?::=|=>|==?|:)[^\S\n]*)/g;
const VALUE =
  /\\"(?:(?!\\")[^\n])*|"(?:[^"\\\n]|\\.)*|'[^'\n]*|(?:(?:bearer|basic|token)[^\S\n]+)?[^\s"']\S*/iy;
/** Whole phrases, and headers of several parts, go on to the end of their line. */
const LONG_VALUE = /\\"(?:(?!\\")[^\n])*|"(?:[^"\\\n]|\\.)*|'[^'\n]*|[^\s"'][^\n]*/y;
const LONG_NAME = /passw|passphrase|cookie$/i;
/** Says whether there is a secret, which is often the answer; or is prose about a flag. */
const INNOCENT = /^["'\\]*(?:true|false|null|undefined|none|yes|no|)["'\\]*[,;})\]]*$/i;
const PROSE = /^(?:or|and|to|is|for|with|as|in|the)$/i;

/** What is assigned to names that say it is a secret is taken out; names and quotes stay. */
function redactAssigned(text: string): string {
  let out = '';
  let done = 0;
  HEAD.lastIndex = 0;
  for (let head = HEAD.exec(text); head !== null; head = HEAD.exec(text)) {
    const [all, flag, set, field] = head;
    if (!isSecretName(flag ?? set ?? field ?? '')) continue;
    const start = head.index + all.length;
    const pattern = LONG_NAME.test(field ?? '') && /:[^\S\n]*$/.test(all) ? LONG_VALUE : VALUE;
    pattern.lastIndex = start;
    const value = pattern.exec(text)?.[0];
    if (value === undefined || INNOCENT.test(value) || (flag !== undefined && PROSE.test(value))) continue;
    const quote = /^\\?["']?/.exec(value)?.[0] ?? '';
    out += text.slice(done, start) + quote + HIDDEN;
    done = start + value.length;
    HEAD.lastIndex = done;
  }
  return out + text.slice(done);
}

/** A text without what looks like a secret, and without those that are known. Colours go too: they would cut words in two. */
export function redactText(text: string, known: readonly string[] = []): string {
  let out = stripVTControlCharacters(text);
  for (const secret of known) {
    if (secret.length >= MIN_KNOWN_LENGTH) out = out.replaceAll(secret, HIDDEN);
  }
  out = redactKeyBlocks(out, HIDDEN);
  for (const { pattern, instead = HIDDEN } of secretShapes) out = out.replace(pattern, instead);
  return redactAssigned(out);
}

/** A value without secrets: whatever stands under a name that says so, and what looks like one in any text. */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  if (typeof value === 'string') return redactText(value, known);
  if (Array.isArray(value)) return value.map((one) => redactValue(one, known));
  if (typeof value !== 'object' || value === null) return value;
  // A list of variables or of metadata: what one is called says whether its value is a secret.
  const { name, key, sensitive } = value as { name?: unknown; key?: unknown; sensitive?: unknown };
  const isNamedSecret =
    sensitive === true || [name, key].some((called) => typeof called === 'string' && isSecretName(called));
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      (isSecretName(field) || (isNamedSecret && /^(?:default|(?:default_)?value)$/.test(field))) &&
      isSet(inner)
        ? HIDDEN
        : redactValue(inner, known),
    ]),
  );
}

/** Whether something is set stays to be seen: that is often the answer. */
function isSet(value: unknown): boolean {
  if (typeof value === 'string') return !INNOCENT.test(value);
  return typeof value === 'number' || (typeof value === 'object' && value !== null);
}
