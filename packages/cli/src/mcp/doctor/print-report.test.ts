import { expect, it } from 'vitest';
import { renderReport } from './print-report.ts';
import { ok, problem, warning } from './report.ts';
import { at, diagnose, fields } from './testing/diagnose.ts';

const report = {
  url: 'https://coder.example.com',
  mcp_url: 'https://coder.example.com/mcp',
  checked_at: '2026-01-01T00:00:00.000Z',
  connects: false,
  deployment: [{ step: 'reachable', ...ok('answers') }],
};

it('prints a section for each, with what is wrong and what to do', () => {
  const text = renderReport({
    ...report,
    login: [{ step: 'consent', ...ok('decided') }],
    clients: [
      { id: 'a', name: 'One', connects: true, findings: [{ step: 'x', ...ok('well') }] },
      {
        id: 'b',
        name: 'Two',
        connects: false,
        findings: [
          { step: 'x', ...warning('odd.', 'Look.') },
          { step: 'y', ...problem('broken.', 'Mend it.') },
        ],
      },
    ],
  });
  expect(text).toBe(
    [
      'https://coder.example.com/mcp',
      '  ✔ reachable     answers',
      '',
      'Sign-in in the browser',
      '  ✔ consent       decided',
      '',
      'One: ready',
      '  ✔ x             well',
      '',
      'Two: could not connect',
      '  ! x             odd.',
      '                  → Look.',
      '  ✘ y             broken.',
      '                  → Mend it.',
      '',
    ].join('\n'),
  );
});

it('names the steps that were not reached in one line', async () => {
  const { report: broken } = await diagnose({
    answer: at('/.well-known/oauth-authorization-server', fields({ issuer: 'https://other.example.com' })),
  });
  expect(renderReport(broken)).toContain(
    '\n  - not reached   registration, pkce, consent, token, audience\n',
  );
});
