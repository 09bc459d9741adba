import { useState } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** A value to be taken elsewhere: shown whole, selected with a click, copied where the browser allows it. */
export function Copyable({ value, label }: { value: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <div className="flex items-stretch gap-2">
      <code className="min-w-0 flex-1 rounded-md border border-line bg-sunken px-2.5 py-2 font-mono text-[13px] break-all select-all">
        {value}
      </code>
      {/* The clipboard exists only where the page came over https or from this machine. */}
      {navigator.clipboard !== undefined && (
        <Button aria-label={`Copy ${label}`} onClick={() => void copy()}>
          <Icon name={copied ? 'check' : 'copy'} />
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      )}
    </div>
  );
}
