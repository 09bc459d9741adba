import { ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { parseSearch, searchTerms } from './search-terms.ts';
import {
  containsPattern,
  searchBoolean,
  searchChoice,
  searchChoices,
  searchIds,
  searchTime,
} from './search-values.ts';

const refusal = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    return (error as ApiError).validations?.map(({ field, detail }) => `${field}: ${detail}`);
  }
  throw new Error('it was accepted');
};

describe('a search', () => {
  it('is split at spaces outside of quotes, and at the first colon', () => {
    expect(searchTerms('  Name:"My box"\tweb "two words" at:10:30 a"b c"d empty:')).toEqual([
      { key: 'name', value: 'My box' },
      { key: undefined, value: 'web' },
      { key: undefined, value: 'two words' },
      { key: 'at', value: '10:30' },
      { key: undefined, value: 'ab cd' },
      { key: 'empty', value: '' },
    ]);
    expect(searchTerms('')).toEqual([]);
  });

  it('is read by its keys', () => {
    const { keys, words } = parseSearch('ada status:active "b c"', ['status']);
    expect([...keys]).toEqual([['status', 'active']]);
    expect(words).toEqual(['ada', 'b c']);
    expect(parseSearch(undefined, []).words).toEqual([]);
  });

  it('is refused with everything that is wrong with it', () => {
    expect(refusal(() => parseSearch('color:red name:a name:b status:', ['name', 'status']))).toEqual([
      'q: "color" is not a key of this search; the keys are name, status',
      'q: "name" comes twice',
      'q: status: must have a value',
    ]);
    expect(refusal(() => parseSearch('name:"a', ['name']))).toEqual(['q: a quotation mark is not closed']);
  });
});

describe('values of a search', () => {
  it('are read', () => {
    expect(searchBoolean('dormant', 'Yes')).toBe(true);
    expect(searchChoices('status', 'Active, dormant', ['active', 'dormant'])).toEqual(['active', 'dormant']);
    const id = '0195d5a0-0000-7000-8000-00000000000a';
    expect(searchIds('id', `${id},${id.toUpperCase()}`, 'user')).toEqual([id, id]);
    expect(searchTime('after', '2026-01-31')).toEqual(new Date('2026-01-31T00:00:00Z'));
    expect(searchTime('after', '2026-01-31t10:00:00z')).toEqual(new Date('2026-01-31T10:00:00Z'));
    expect(containsPattern('50%_\\')).toBe('%50\\%\\_\\\\%');
  });

  it.each([
    [() => searchBoolean('dormant', 'perhaps'), 'q: dormant: must be true or false'],
    [() => searchChoices('role', 'king', ['owner']), 'q: role: "king" is not one of owner'],
    [
      () => searchChoice('action', 'delte', ['create', 'delete']),
      'q: action: "delte" is not one of create, delete. Did you mean "delete"?',
    ],
    [() => searchIds('id', '7', 'user'), 'q: id: must be user ids, separated by commas'],
    [() => searchTime('after', '2026-02-30T99:00:00Z'), expect.stringContaining('RFC 3339')],
    [() => searchTime('after', '7'), expect.stringContaining('YYYY-MM-DD')],
  ])('are refused when they make no sense (%#)', (read, detail) => {
    expect(refusal(read)).toEqual([detail]);
  });
});
