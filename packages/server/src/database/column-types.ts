import pg from 'pg';

const { builtins } = pg.types;
const int8Array = 1016;
const parseStrings: (text: string) => string[] = pg.types.getTypeParser(
  int8Array as (typeof builtins)[keyof typeof builtins],
);

/**
 * How columns become values: `bigint` and `numeric` are numbers (all ours stay below 2^53, and a value beyond is refused
 * rather than rounded), `date` stays text, the rest is as `pg` does it (`timestamptz` a Date, `jsonb` parsed).
 */
export const columnTypes: pg.CustomTypesConfig = { getTypeParser };

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (format !== 'binary') {
    if (oid === builtins.INT8) return safeInteger;
    if (oid === int8Array) return (text: string) => parseStrings(text).map(safeInteger);
    if (oid === builtins.NUMERIC) return Number;
    if (oid === builtins.DATE) return (text: string) => text;
  }
  return pg.types.getTypeParser(oid, format as 'text');
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`a bigint column holds ${text}, beyond 2^53`);
  return value;
}
