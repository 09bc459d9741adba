import type { ConsentRequest, OAuth2Client } from '@coder/api';
import { plainName } from '../../lib/plain-name.ts';
import { Notice } from '../../ui/notice.tsx';

/** How the server knows an application, in words. What only the application says about itself is said to be that. */
function knownAs({ id, kind, verified_host }: OAuth2Client): { text: string; sure: boolean } {
  if (id === 'coder-cli') return { text: 'It comes with this deployment.', sure: true };
  switch (kind) {
    case 'preregistered':
      return { text: 'An administrator of this deployment has entered it.', sure: true };
    case 'cimd':
      return { text: `${verified_host} vouches for it.`, sure: true };
    case 'dcr':
      return {
        text: 'It registered itself, and nobody has checked its name. Go on only if you have just started this yourself.',
        sure: false,
      };
  }
}

/** Who asks. The name is the application's own and may be anything, so it stands beside what is known for sure. */
export function Application({ application }: { application: OAuth2Client }) {
  const known = knownAs(application);
  const name = plainName(application.name);
  return (
    <div className="flex items-start gap-3">
      <span
        aria-hidden="true"
        className="flex size-10 shrink-0 items-center justify-center rounded-lg bg-accent/12 text-lg font-semibold text-accent uppercase"
      >
        {Array.from(name)[0]}
      </span>
      <div className="min-w-0">
        <p className="font-semibold [overflow-wrap:anywhere]">
          <bdi>{name}</bdi>
        </p>
        <p className={`text-[13px] leading-snug ${known.sure ? 'text-muted' : 'text-warn'}`}>{known.text}</p>
      </div>
    </div>
  );
}

/** Where the answer goes, and what to think about before sending it there. */
export function Destination({ request }: { request: ConsentRequest }) {
  const { redirect, device } = request;
  if (device) {
    return (
      <Notice tone="warn">
        <p>
          A device asked for this, not this browser. Go on only if{' '}
          <strong className="font-mono">{device.user_code}</strong> is the code it shows you now.
        </p>
        <p className="text-[13px] text-muted">
          It asked from {device.ip}
          {device.user_agent && <> as “{device.user_agent}”</>}.
        </p>
      </Notice>
    );
  }
  if (!redirect) return null;
  const address = (
    <span className="block font-mono text-xs text-muted [overflow-wrap:anywhere]">{redirect.uri}</span>
  );
  switch (redirect.kind) {
    case 'https':
      return (
        <Notice>
          <p>
            Access is handed to <strong>{redirect.host}</strong>.
          </p>
          {address}
        </Notice>
      );
    case 'loopback':
      return (
        <Notice tone="warn">
          <p>
            Access is handed to <strong>a program on this computer</strong>. Any program here could have asked
            in this name, so go on only if you have just started it.
          </p>
          {address}
        </Notice>
      );
    case 'private-scheme':
      return (
        <Notice tone="warn">
          <p>
            Access is handed to <strong>the program that opens {redirect.host} addresses</strong> on this
            computer. Any program can claim them, so go on only if you have just started it.
          </p>
          {address}
        </Notice>
      );
  }
}
