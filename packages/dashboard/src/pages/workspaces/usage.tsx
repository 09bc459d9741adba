import type { WorkspaceMetrics } from '@coder/api';
import { formatBytes } from '../../lib/format.ts';

/** What a workspace uses now. Where a limit is set, a bar shows how much of it that is. */
export function Usage({ metrics }: { metrics: WorkspaceMetrics | undefined }) {
  const now = metrics?.now;
  if (!now) return <span className="text-muted">–</span>;
  const { limits } = metrics;
  return (
    <span className="inline-flex flex-wrap gap-x-3 text-[13px] tabular-nums" title={metrics.reason}>
      <Meter
        name="CPU"
        value={now.cpu_cores}
        limit={limits.cpu_cores}
        text={`${now.cpu_cores.toFixed(2)} cores`}
      />
      <Meter
        name="Memory"
        value={now.memory_bytes}
        limit={limits.memory_bytes}
        text={formatBytes(now.memory_bytes)}
      />
    </span>
  );
}

function Meter(props: { name: string; value: number; limit: number | null; text: string }) {
  const { name, value, limit, text } = props;
  const share = limit ? Math.min(1, value / limit) : undefined;
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span className="sr-only">{name}</span>
      {text}
      {share !== undefined && (
        <span aria-hidden="true" className="h-1.5 w-10 overflow-hidden rounded-full bg-line">
          <span
            className={`block h-full ${share > 0.9 ? 'bg-bad' : share > 0.7 ? 'bg-warn' : 'bg-accent'}`}
            style={{ width: `${Math.round(share * 100)}%` }}
          />
        </span>
      )}
    </span>
  );
}
