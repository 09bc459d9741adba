import type { Approval } from '@coder/api';
import type { ReactNode } from 'react';
import { plainName } from '../../lib/plain-name.ts';
import { ExactLine, ExactText } from '../../ui/exact-text.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Ago } from '../../ui/time.tsx';
import { orderedArguments, shownArgument } from './words.ts';

/** Who asks, in a line: the application by its name, which it chose itself, or the token by the name its user gave it. */
export function Asker({ approval }: { approval: Approval }) {
  const { application, token_name: token } = approval;
  if (application) {
    return (
      <bdi>
        <strong className="font-medium text-ink">{plainName(application.name)}</strong>
      </bdi>
    );
  }
  return token === null || token === '' ? (
    <>a program with your session</>
  ) : (
    <>
      the API token <strong className="font-medium text-ink">{plainName(token)}</strong>
    </>
  );
}

/** Everything that is known of a request: all of it is text. */
export function RequestDetails({ approval }: { approval: Approval }) {
  const { arguments: args, arguments_excerpt: excerpt, facts } = approval;
  return (
    <div className="space-y-5">
      <div className="space-y-3">
        <h2 className="font-semibold">What exactly is asked</h2>
        {args && Object.keys(args).length === 0 && (
          <p className="text-muted">It has no arguments beside what it is done to.</p>
        )}
        {args &&
          orderedArguments(args).map(([name, value]) => (
            <Named key={name} name={name}>
              <ExactText text={shownArgument(value)} label={`Argument ${name}`} />
            </Named>
          ))}
        {excerpt && <Excerpt {...excerpt} sha256={approval.arguments_sha256} />}
        {facts.map(({ name, value }) => (
          <Named key={name} name={name} from="the server">
            <ExactText text={value} label={name} />
          </Named>
        ))}
      </div>
      <Asking approval={approval} />
    </div>
  );
}

function Named({ name, from, children }: { name: string; from?: string; children: ReactNode }) {
  return (
    <div className="space-y-1">
      <p className="text-[13px] text-muted">
        {from === undefined ? <span className="font-mono">{name}</span> : name}
        {from !== undefined && <span> · from {from}</span>}
      </p>
      {children}
    </div>
  );
}

function Excerpt(props: { head: string; tail: string; length: number; sha256: string }) {
  const { head, tail, length, sha256 } = props;
  return (
    <>
      <Notice tone="warn">
        <p>
          The arguments are too long to be shown whole: {length} characters, SHA-256{' '}
          <span className="font-mono text-xs">{sha256}</span>. Below are their beginning and their end. Deny
          it if you do not know what stands between.
        </p>
      </Notice>
      <Named name="beginning">
        <ExactText text={head} label="Beginning of the arguments" />
      </Named>
      <Named name="end">
        <ExactText text={tail} label="End of the arguments" />
      </Named>
    </>
  );
}

/** Who asks, from where and when. What the program says about itself is said to be that. */
function Asking({ approval }: { approval: Approval }) {
  const lines: [string, ReactNode][] = [
    ['Who', <Asker key="who" approval={approval} />],
    ['For', <ExactLine key="for" text={approval.username} />],
    [
      'How',
      approval.via === 'mcp' ? (
        <>
          MCP
          {approval.tool && (
            <>
              , tool <ExactLine text={approval.tool} />
            </>
          )}
        </>
      ) : (
        'REST API'
      ),
    ],
    ['Route', <ExactLine key="route" text={approval.route} />],
    ['Address', <ExactLine key="ip" text={approval.ip} />],
    ['Program, as it says', <ExactLine key="agent" text={approval.user_agent} />],
    ['Asked', <Ago key="asked" time={approval.created_at} />],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 border-t border-line pt-4 text-[13px]">
      {lines.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
