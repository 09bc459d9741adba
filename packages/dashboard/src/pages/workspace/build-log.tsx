import type { WorkspaceBuild } from '@coder/api';
import { useLayoutEffect, useRef } from 'react';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { isBusy } from '../workspaces/status.ts';
import { useBuildLog } from './use-build-log.ts';

const levels: Record<string, string> = {
  error: 'text-bad',
  warn: 'text-warn',
  debug: 'text-muted',
  trace: 'text-muted',
};

const jobTones: Record<string, Tone> = { succeeded: 'good', failed: 'bad', canceled: 'warn' };

/** What the last build has done, line by line. It stays at its end unless somebody has scrolled back to read. */
export function BuildLog({ build }: { build: WorkspaceBuild }) {
  const { lines, error } = useBuildLog(build.id, isBusy(build.status));
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the reason to scroll
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const { status } = build.job;
  return (
    <Panel
      flush
      title={`Build ${build.build_number}: ${build.transition}`}
      actions={
        <span className="flex items-center gap-2 text-[13px] text-muted">
          <Badge tone={jobTones[status] ?? 'busy'} dot>
            {status}
          </Badge>
          {build.initiator_name}, <Ago time={build.created_at} />
        </span>
      }
    >
      {error !== undefined && (
        <div className="p-3">
          <Failure error={error} />
        </div>
      )}
      <div
        ref={box}
        role="log"
        aria-label="Build log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
        onScroll={({ currentTarget: at }) => {
          atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24;
        }}
        className="h-60 overflow-y-auto bg-sunken px-4 py-3 font-mono text-[12.5px] leading-relaxed"
      >
        {lines.map((line, at) => (
          <div key={line.id}>
            {line.stage !== lines[at - 1]?.stage && line.stage !== '' && (
              <div className="pt-2 pb-0.5 font-sans text-xs font-semibold text-muted first:pt-0">
                {line.stage}
              </div>
            )}
            <div className={`whitespace-pre-wrap [overflow-wrap:anywhere] ${levels[line.log_level] ?? ''}`}>
              {line.output}
            </div>
          </div>
        ))}
        {build.job.error && <div className="pt-2 text-bad [overflow-wrap:anywhere]">{build.job.error}</div>}
      </div>
    </Panel>
  );
}
