import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { listen } from './listen.ts';

/** The metrics of one server. Whoever has something to count registers it here. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts an answered request; `route` is a pattern, never a path with names in it. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  requestStarted(): void;
}

/** Makes a registry of its own, with what Node says of its process and the counts of requests under upstream's names. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['method', 'path'] as const;
  const concurrent = new Gauge({
    name: 'coderd_api_concurrent_requests',
    help: 'Requests being handled now.',
    registers: [registry],
  });
  const processed = new Counter({
    name: 'coderd_api_requests_processed_total',
    help: 'Requests answered, by status code.',
    labelNames: ['code', ...labelNames],
    registers: [registry],
  });
  const latency = new Histogram({
    name: 'coderd_api_request_latencies_seconds',
    help: 'Time from the request to its answer.',
    labelNames,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    registers: [registry],
  });
  return {
    registry,
    requestStarted: () => concurrent.inc(),
    observeRequest({ method, route, status, seconds }) {
      concurrent.dec();
      processed.inc({ code: status, method, path: route });
      latency.observe({ method, path: route }, seconds);
    },
  };
}

/** Serves `/metrics` on an address of its own, so that it need not be reachable where the API is. */
export async function serveMetrics(
  registry: Registry,
  address: { host: string; port: number },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('The metrics are at /metrics.\n');
      return;
    }
    response.setHeader('Content-Type', registry.contentType);
    response.end(await registry.metrics());
  });
  const { url } = await listen(server, address, '--prometheus-address (CODER_PROMETHEUS_ADDRESS)');
  return {
    url: `${url}/metrics`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
