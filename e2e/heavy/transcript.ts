import { EventEmitter, once } from 'node:events';

/** What a program has printed so far, to be waited for. */
export type Transcript = {
  /** All of it, without what a terminal would not show. */
  text(): string;
  /** Waits until this has been printed; rejects when the program ends before, or after half a minute. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  hear(text: string): void;
  end(): void;
};

/** An address of the authorization endpoint, once it has been printed to its end. */
export const authorizeAddress = /http:\/\/127\.0\.0\.1:\d+\/oauth2\/authorize\?[^\s"]+(?=[\s"])/;

export function createTranscript(program: string): Transcript {
  const said = new EventEmitter();
  let heard = '';
  let hasEnded = false;
  const text = (): string => withoutControls(heard);
  return {
    text,
    hear(more) {
      heard += more;
      said.emit('more');
    },
    end() {
      hasEnded = true;
      said.emit('more');
    },
    async printed(pattern) {
      const signal = AbortSignal.timeout(30_000);
      for (;;) {
        const found = pattern.exec(text());
        if (found) return found;
        if (hasEnded || signal.aborted)
          throw new Error(`${program} never printed ${pattern}, but:\n${text()}`);
        await once(said, 'more', { signal }).catch(() => undefined);
      }
    },
  };
}

const [esc, bel] = ['\\u001b', '\\u0007'];
const links = new RegExp(`${esc}\\][^${bel}${esc}]*(${bel}|${esc}\\\\)`, 'g');
const moves = new RegExp(`${esc}\\[\\d*G`, 'g');
const others = new RegExp(`${esc}(\\[[0-9;?<>]*[A-Za-z]|[()][A-Z0-9]|[0-9=>])`, 'g');

/** Leaves out colours, cursor moves and the addresses behind links; where the cursor was moved within a line is a space. */
function withoutControls(text: string): string {
  return text.replace(links, '').replace(moves, ' ').replace(others, '');
}
