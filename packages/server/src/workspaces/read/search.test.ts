import { ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { parseWorkspaceQuery } from './search.ts';

describe('a workspace query', () => {
  it('has keys, quotes and bare terms, in any case', () => {
    expect(parseWorkspaceQuery('Owner:"me"  name:"my box" STATUS:running Web')).toEqual({
      owner: 'me',
      names: ['my box', 'web'],
      status: 'running',
      parameters: [],
    });
    expect(parseWorkspaceQuery('ada/web')).toMatchObject({ owner: 'ada', names: ['web'] });
    expect(parseWorkspaceQuery('param:region param:"size=2 gib"')).toMatchObject({
      parameters: [{ name: 'region' }, { name: 'size', value: '2 gib' }],
    });
    expect(parseWorkspaceQuery('has-agent:connected,timeout')).toMatchObject({
      agentStatuses: ['connected', 'timeout'],
    });
    expect(parseWorkspaceQuery('last_used_after:2026-01-02T03:04:05Z').lastUsedAfter).toEqual(
      new Date('2026-01-02T03:04:05Z'),
    );
    expect(parseWorkspaceQuery('')).toEqual({ names: [], parameters: [] });
  });

  it.each([
    ['color:red', '"color" is not a key'],
    ['constructor:x', '"constructor" is not a key'],
    ['status:asleep', 'not one of pending'],
    ['a/b/c', 'more than one "/"'],
    ['dormant:perhaps', 'true or false'],
    ['id:7', 'workspace ids'],
    ['last_used_before:yesterday', 'RFC 3339'],
    ['name:"web', 'not closed'],
    ['name:', 'must have a value'],
  ])('is refused when it says %s', (text, detail) => {
    try {
      parseWorkspaceQuery(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      expect((error as ApiError).validations).toEqual([
        { field: 'q', detail: expect.stringContaining(detail) },
      ]);
      return;
    }
    throw new Error('it was accepted');
  });

  it('names the keys there are when it knows one not', () => {
    expect(() => parseWorkspaceQuery('color:red')).toThrow(
      expect.objectContaining({
        validations: [{ field: 'q', detail: expect.stringContaining('has-agent') }],
      }),
    );
  });
});
