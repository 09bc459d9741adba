import { type Approval, isMainArgument, orderedArguments, shownArgument } from '@coder/api';
import type { ReactNode } from 'react';
import { plainName } from '../../lib/plain-name.ts';
import { ExactLine, ExactText } from '../../ui/exact-text.tsx';
import { Ago } from '../../ui/time.tsx';
import { isShort } from './words.ts';

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
    <>a program with the user's session</>
  ) : (
    <>
      the API token <strong className="font-medium text-ink">{plainName(token)}</strong>
    </>
  );
}

/** Everything that is known of a request: all of it is text. What is long stands by itself, the rest in a list. */
export function RequestDetails({ approval }: { approval: Approval }) {
  const { facts } = approval;
  const given = orderedArguments(approval.arguments).map(([name, value]) => ({
    name,
    text: shownArgument(value),
    isBlock: isMainArgument(name) || !isShort(shownArgument(value)),
  }));
  const known = facts.map(({ name, value }) => ({ name, text: value, isBlock: !isShort(value) }));
  return (
    <div className="space-y-5">
      <div className="space-y-3">
        <h2 className="font-semibold">What exactly is asked</h2>
        {given.length === 0 && <p className="text-muted">It has no arguments beside what it is done to.</p>}
        {given
          .filter(({ isBlock }) => isBlock)
          .map(({ name, text }) => (
            <Block
              key={name}
              name={<span className="font-mono">{name}</span>}
              label={`Argument ${name}`}
              text={text}
            />
          ))}
        <Lines
          lines={given
            .filter(({ isBlock }) => !isBlock)
            .map(({ name, text }) => [
              <span key={name} className="font-mono">
                {name}
              </span>,
              <ExactLine key={name} text={text} />,
            ])}
        />
        {known
          .filter(({ isBlock }) => isBlock)
          .map(({ name, text }) => (
            <Block key={name} name={`${name}, from the server`} label={name} text={text} />
          ))}
      </div>
      <div className="border-t border-line pt-4">
        <Lines
          lines={[
            ['Who', <Asker key="who" approval={approval} />],
            ['For', <ExactLine key="for" text={approval.username} />],
            ...known
              .filter(({ isBlock }) => !isBlock)
              .map(({ name, text }): Line => [name, <ExactLine key={name} text={text} />]),
            ['How', <How key="how" approval={approval} />],
            ['Address', <ExactLine key="ip" text={approval.ip} />],
            ['Program, as it says', <ExactLine key="agent" text={approval.user_agent} />],
            ['Asked', <Ago key="asked" time={approval.created_at} />],
          ]}
        />
      </div>
    </div>
  );
}

function How({ approval: { via, tool, route } }: { approval: Approval }) {
  return (
    <>
      {via === 'mcp' ? 'MCP' : 'REST API'}
      {tool && (
        <>
          , tool <ExactLine text={tool} />
        </>
      )}
      <span className="block font-mono text-xs text-muted">
        <ExactLine text={route} />
      </span>
    </>
  );
}

function Block({ name, label, text }: { name: ReactNode; label: string; text: string }) {
  return (
    <div className="space-y-1">
      <p className="text-[13px] text-muted">{name}</p>
      <ExactText text={text} label={label} />
    </div>
  );
}

type Line = [name: ReactNode, value: ReactNode];

function Lines({ lines }: { lines: Line[] }) {
  if (lines.length === 0) return null;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-[13px]">
      {lines.map(([name, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one request never change places
        <div key={at} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
