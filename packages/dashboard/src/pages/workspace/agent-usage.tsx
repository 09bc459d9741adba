import type { WorkspaceAgent } from '@coder/api';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { formatBytes } from '../../lib/format.ts';
import { Failure } from '../../ui/notice.tsx';

/** What an agent's workspace uses, and of how much. */
export function AgentUsage({ agent }: { agent: WorkspaceAgent }) {
  const { data, error } = useQuery({
    queryKey: ['agents', agent.id, 'stats'],
    queryFn: () => api.agents.stats({ agent: agent.id }),
    enabled: agent.status === 'connected',
    refetchInterval: 5000,
  });
  const now = data?.current;
  return (
    <div>
      <h3 className="mb-2 text-[13px] font-semibold text-muted">Resource use</h3>
      {error && <Failure error={error} />}
      <dl className="space-y-2.5">
        <Line
          name="CPU"
          value={now?.cpu.cores_used ?? undefined}
          limit={now?.cpu.cores_limit}
          format={(cores) => cores.toFixed(2)}
          unit=" cores"
        />
        <Line
          name="Memory"
          value={now?.memory.used_bytes}
          limit={now?.memory.limit_bytes}
          format={formatBytes}
        />
        <Line name="Disk" value={now?.disk.used_bytes} limit={now?.disk.limit_bytes} format={formatBytes} />
        <Line name="Processes" value={now?.process_count} limit={undefined} format={String} />
      </dl>
    </div>
  );
}

function Line(props: {
  name: string;
  value: number | undefined;
  limit: number | undefined;
  format: (value: number) => string;
  unit?: string;
}) {
  const { name, value, limit, format, unit = '' } = props;
  const share = value !== undefined && limit ? Math.min(1, value / limit) : 0;
  return (
    <div>
      <div className="flex justify-between gap-3 text-[13px]">
        <dt className="text-muted">{name}</dt>
        <dd className="tabular-nums">
          {value === undefined ? '–' : `${format(value)}${limit ? ` of ${format(limit)}` : ''}${unit}`}
        </dd>
      </div>
      {limit !== undefined && (
        <div aria-hidden="true" className="mt-1 h-1 overflow-hidden rounded-full bg-line">
          <div
            className={`h-full ${share > 0.9 ? 'bg-bad' : share > 0.7 ? 'bg-warn' : 'bg-accent'}`}
            style={{ width: `${Math.round(share * 100)}%` }}
          />
        </div>
      )}
    </div>
  );
}
