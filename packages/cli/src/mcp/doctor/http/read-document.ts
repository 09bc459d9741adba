import { isJsonContentType } from '@modelcontextprotocol/server';
import { type Verdict, warning } from '../report.ts';
import { quote } from '../safe-text.ts';
import type { Exchange } from './http.ts';
import { objectOf, refusal } from './refusal.ts';

export type Document = {
  readonly value: Record<string, unknown>;
  readonly warnings: readonly Verdict[];
};

/** A JSON object that must be served as such, or why it cannot be used; `name` begins a sentence. */
export function readDocument(exchange: Exchange, name: string): Document | Verdict {
  const value = exchange.reached && exchange.status === 200 ? objectOf(exchange) : undefined;
  if (!exchange.reached || value === undefined) return refusal(exchange, name);
  const type = exchange.headers.get('content-type');
  if (isJsonContentType(type)) return { value, warnings: [] };
  return {
    value,
    warnings: [
      warning(
        `${name} is served as ${quote(type ?? 'nothing')}, and strict clients take only application/json.`,
        'Let the proxy leave the Content-Type of this path alone.',
      ),
    ],
  };
}

export const isVerdict = (found: Document | Verdict): found is Verdict => 'mark' in found;

/** A field that must be a text; undefined if it is not. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The texts of a list; undefined if there is no list. */
export const textsOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
