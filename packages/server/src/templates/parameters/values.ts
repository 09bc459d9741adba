import type { ManifestParameter, ParameterType } from '@coder/api';
import { RE2JS } from 're2js';
import { textProblem } from '../text-problem.ts';

export type Normalised = { readonly value: string } | { readonly problem: string };

/** The most bytes of one value: each becomes an environment variable, and Linux takes 128 KiB for one. */
const maxValueBytes = 64 * 1024;
/** A pattern costs its size times the value's length, so both are bounded: some 20 ms at most. */
const maxPatternSize = 1000;
const maxMatchedLength = 4096;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/**
 * A value in the one form in which it is compared, stored and exported: numbers without superfluous digits, lists as
 * JSON. Takes what YAML has (a number, a list) as well as text.
 */
export function normaliseValue(type: ParameterType, raw: unknown): Normalised {
  switch (type) {
    case 'string':
      if (typeof raw !== 'string') return { problem: 'must be text: put it in quotes' };
      return storableValue(raw);
    case 'number':
      return normaliseNumber(raw);
    case 'bool': {
      const value = String(raw);
      return value === 'true' || value === 'false' ? { value } : { problem: 'must be true or false' };
    }
    case 'list(string)':
      return normaliseList(raw);
  }
}

function storableValue(text: string): Normalised {
  const problem =
    textProblem(text) ??
    (Buffer.byteLength(text) > maxValueBytes ? 'must be at most 64 KiB long' : undefined);
  return problem === undefined ? { value: text } : { problem };
}

function normaliseNumber(raw: unknown): Normalised {
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text !== 'string' || !DECIMAL.test(text))
    return { problem: 'must be a number, such as 2 or 0.5' };
  const number = Number(text);
  const value = String(number === 0 ? 0 : number);
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER || !DECIMAL.test(value)) {
    return { problem: 'must be a number that is neither so large nor so small' };
  }
  return { value };
}

function normaliseList(raw: unknown): Normalised {
  const problem = 'must be a JSON list of texts, such as ["a","b"]';
  let items = raw;
  if (typeof raw === 'string') {
    try {
      items = JSON.parse(raw);
    } catch {
      return { problem };
    }
  }
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) return { problem };
  return normaliseValue('string', JSON.stringify(items));
}

/** Checks a normalised value against what its parameter allows; undefined when it may be used. */
export function checkValue(parameter: ManifestParameter, value: string): string | undefined {
  return notAnOption(parameter, value) ?? breaksRule(parameter, value);
}

function notAnOption({ options, form_type }: ManifestParameter, value: string): string | undefined {
  if (options.length === 0) return undefined;
  const allowed = options.map((option) => option.value);
  const chosen = form_type === 'multi-select' ? (JSON.parse(value) as string[]) : [value];
  const stranger = chosen.find((item) => !allowed.includes(item));
  if (stranger === undefined) return undefined;
  return `${JSON.stringify(stranger)} is not one of the options: ${allowed.map((v) => JSON.stringify(v)).join(', ')}`;
}

function breaksRule({ type, validation }: ManifestParameter, value: string): string | undefined {
  if (!validation) return undefined;
  const { regex, error, min, max } = validation;
  const number = Number(value);
  const outside =
    type === 'number' && ((min !== undefined && number < min) || (max !== undefined && number > max));
  if (type === 'string' && regex !== undefined && value.length > maxMatchedLength) {
    return `must be at most ${maxMatchedLength} characters long`;
  }
  const unlike = type === 'string' && regex !== undefined && !matches(regex, value);
  if (!outside && !unlike) return undefined;
  if (error) {
    const known: Record<string, string> = { value, min: String(min ?? ''), max: String(max ?? '') };
    return error.replaceAll(/\{(value|min|max)\}/g, (_, name: string) => known[name]!);
  }
  if (unlike) return `must match the pattern ${regex}`;
  if (min !== undefined && max !== undefined) return `must be between ${min} and ${max}`;
  return min !== undefined ? `must be at least ${min}` : `must be at most ${max}`;
}

/** Patterns come from templates and values from users, so the engine is one that takes linear time. */
function matches(pattern: string, value: string): boolean {
  return RE2JS.compile(pattern).test(value);
}

/** What is wrong with a pattern, or undefined when it can be used. */
export function patternProblem(pattern: string): string | undefined {
  try {
    if (RE2JS.compile(pattern).programSize() <= maxPatternSize) return undefined;
    return 'is a pattern too large to be checked quickly: use smaller repeat counts';
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
    return `is not a valid pattern (RE2 syntax, without lookaround and backreferences): ${reason}`;
  }
}
