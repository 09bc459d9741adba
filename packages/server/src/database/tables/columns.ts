import type { ColumnType, Generated } from 'kysely';

/** A column with a default: it may be left out of an insert. */
export type Defaulted<T> = Generated<T>;
/** JSON that is written as text, because `pg` would turn an array into a PostgreSQL array. */
export type Json<T = unknown> = ColumnType<T, string, string>;
export type Time = Date;
