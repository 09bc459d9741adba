import type { Option } from '../option.ts';
import { address, bool, oneOf } from '../option-kinds.ts';

const introspection = 'Introspection';

/** What the server tells of itself. */
export const introspectionOptions = {
  prometheusEnable: bool({
    flag: 'prometheus-enable',
    yaml: 'introspection.prometheus.enable',
    group: introspection,
    description: 'Serves metrics for Prometheus.',
  }),
  prometheusAddress: address({
    flag: 'prometheus-address',
    yaml: 'introspection.prometheus.address',
    group: introspection,
    default: '127.0.0.1:2112',
    description: 'Where the metrics are served, at /metrics.',
  }),
  swaggerEnable: bool({
    flag: 'swagger-enable',
    yaml: 'enableSwagger',
    group: introspection,
    description:
      'Serves the reference page of the API at /swagger. Its document is at /api/v2/openapi.json always.',
  }),
  logLevel: oneOf({
    flag: 'log-level',
    yaml: 'introspection.logging.level',
    group: introspection,
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    description: 'The least severe lines that are logged.',
  }),
  logFormat: oneOf({
    flag: 'log-format',
    yaml: 'introspection.logging.format',
    group: introspection,
    values: ['human', 'json'],
    default: 'human',
    description: 'How lines are written, to standard error.',
  }),
} as const satisfies Record<string, Option<unknown>>;
