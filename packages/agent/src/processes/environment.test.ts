import { expect, test } from 'vitest';
import { createEnvironment } from './environment.ts';

const pathOf = (base: Record<string, string>, variables: Record<string, string> = {}) => {
  const environment = createEnvironment(base, 'm');
  environment.set(variables);
  return environment.build('non_interactive', {}).PATH;
};

test.each([
  [{ HOME: '/h', PATH: '/usr/bin' }, {}, '/h/.local/bin:/usr/bin'],
  [
    { HOME: '/h', PATH: '' },
    {},
    '/h/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ],
  [{ HOME: '/h', PATH: '/usr/bin' }, { PATH: '$HOME/app/bin:$PATH' }, '/h/app/bin:/h/.local/bin:/usr/bin'],
  [{ HOME: '/h', PATH: '/usr/bin' }, { PATH: '${PATH}:${HOME}/x' }, '/h/.local/bin:/usr/bin:/h/x'],
  [{ HOME: '/h', PATH: '/usr/bin' }, { PATH: '/opt/bin:$PATHS' }, '/opt/bin:$PATHS'],
])('PATH of %j with %j', (base, variables, path) => {
  expect(pathOf(base, variables)).toBe(path);
});
