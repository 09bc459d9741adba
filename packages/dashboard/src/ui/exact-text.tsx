import { visibleText } from '@coder/api';

/**
 * A text exactly as a program gave it: never markup, in the order of its characters whatever their script, and with those
 * that would not show by their names. What is long scrolls, by keyboard too.
 */
export function ExactText({ text, label }: { text: string; label: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      dir="ltr"
      className="max-h-80 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-[13px] leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere] [unicode-bidi:bidi-override]"
    >
      <Visible text={text} />
    </section>
  );
}

/** The same inside of a line. */
export function ExactLine({ text }: { text: string }) {
  return (
    <span dir="ltr" className="[overflow-wrap:anywhere] whitespace-pre-wrap [unicode-bidi:bidi-override]">
      <Visible text={text} />
    </span>
  );
}

function Visible({ text }: { text: string }) {
  if (text === '') return <span className="text-muted">(empty)</span>;
  return visibleText(text).map((part, at) => {
    // The parts of a text never change places.
    if (part.kind === 'plain') return part.text;
    if (part.kind === 'break') {
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change places
        <span key={at}>
          <span aria-hidden="true" className="text-muted select-none">
            ⏎
          </span>
          {'\n'}
        </span>
      );
    }
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change places
      <mark key={at} className="mx-px rounded bg-warn/20 px-1 text-[11px] text-warn">
        {part.name}
      </mark>
    );
  });
}
