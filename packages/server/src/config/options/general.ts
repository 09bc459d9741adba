import { experiments, knownExperiments } from '../experiments.ts';
import type { Option } from '../option.ts';
import { list, text } from '../option-kinds.ts';

const general = 'General';

/** Each experiment on a line of its own, so that it is found in the help by its name. */
const experimentLines = knownExperiments
  .map((name) => `${name}: ${experiments[name].description}.`)
  .join('\n');

/** Where the server keeps what it has, and what is switched on. */
export const generalOptions = {
  config: text({
    flag: 'config',
    env: 'CODER_CONFIG_PATH',
    short: 'c',
    group: general,
    description: 'A YAML file to read options from. Flags and the environment come before it.',
  }),
  configDir: text({
    flag: 'config-dir',
    group: general,
    defaultText: '~/.config/coderv2',
    description: 'Where the command line and the server keep what belongs to this user.',
  }),
  dataDir: text({
    flag: 'data-dir',
    yaml: 'dataDir',
    group: general,
    defaultText: '<config-dir>/data, for root a folder of /var/lib/coder',
    description:
      'Where the built-in database and the local workspaces live. Accounts without rights must be able to pass through it.',
  }),
  postgresUrl: text({
    flag: 'postgres-url',
    env: 'CODER_PG_CONNECTION_URL',
    yaml: 'pgConnectionURL',
    group: general,
    secret: true,
    defaultText: 'the built-in PostgreSQL',
    description:
      'The URL of a PostgreSQL database. Without it the server runs one of its own in the data directory.',
    check: (value) =>
      /^postgres(ql)?:\/\//.test(value) && URL.canParse(value)
        ? undefined
        : 'must be a URL that starts with postgres://',
  }),
  experiments: list({
    flag: 'experiments',
    yaml: 'experiments',
    group: general,
    description: [
      'Switches on what is not finished, separated by commas.',
      `Known experiments: ${knownExperiments.join(', ')}.`,
      experimentLines,
      '*: all experiments that open no new door.',
    ].join('\n'),
  }),
} as const satisfies Record<string, Option<unknown>>;
