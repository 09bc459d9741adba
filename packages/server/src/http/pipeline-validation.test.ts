import { paging } from '@coder/api';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { validationsOf } from './pipeline-validation.ts';

const schema = z.object({ ...paging, name: z.string(), tags: z.array(z.string()), on: z.boolean() });

it.each([
  [{ limit: 'abc' }, 'limit', 'must be a number'],
  [{ name: 5 }, 'name', 'must be a string'],
  [{ tags: 'a' }, 'tags', 'must be a list'],
  [{ on: 'maybe' }, 'on', 'must be true or false'],
  [{ name: undefined }, 'name', 'is required'],
])('tells of %j in words of people', (wrong, field, detail) => {
  const given = { name: 'x', tags: [], on: true, ...wrong };
  expect(validationsOf(schema.safeParse(given).error?.issues ?? [], schema)).toEqual([{ field, detail }]);
});
