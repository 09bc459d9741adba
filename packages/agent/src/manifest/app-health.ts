import type { AppHealth, ManifestApp } from '@coder/api/agent';
import { repeat } from './repeat.ts';

export interface HealthOptions {
  apps: ManifestApp[];
  onChange: (appId: string, health: AppHealth) => void;
  signal: AbortSignal;
  check?: (url: string, timeoutMs: number, signal: AbortSignal) => Promise<boolean>;
}

/** Any answer below 500 counts: an app that asks for a login is there. */
async function answers(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

/** Polls each app that has a health check, until the signal aborts. One good answer makes it healthy, `threshold` bad ones in a row unhealthy. */
export function watchApps({ apps, onChange, signal, check = answers }: HealthOptions): void {
  for (const app of apps) {
    const { healthcheck } = app;
    if (!healthcheck) {
      onChange(app.id, 'disabled');
      continue;
    }
    let health: AppHealth = 'initializing';
    let failures = 0;
    onChange(app.id, health);
    const intervalMs = healthcheck.interval_seconds * 1000;
    void repeat(intervalMs, signal, async () => {
      const good = await check(healthcheck.url, intervalMs, signal);
      if (signal.aborted) return;
      failures = good ? 0 : failures + 1;
      const next: AppHealth = good ? 'healthy' : failures >= healthcheck.threshold ? 'unhealthy' : health;
      if (next !== health) {
        health = next;
        onChange(app.id, health);
      }
    });
  }
}
