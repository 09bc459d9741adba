import * as Dropdown from '@radix-ui/react-dropdown-menu';
import type { ReactNode } from 'react';

/** A button that opens a list of things to do. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger asChild>{trigger}</Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-20 min-w-44 rounded-md border border-line bg-surface p-1 shadow-lg"
        >
          {children}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

const item =
  'flex h-8 w-full items-center gap-2 rounded px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-sunken';

export function MenuItem(props: {
  children: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}) {
  const { children, danger = false, disabled = false, onSelect } = props;
  // It runs once the menu has closed and given the focus back, so that a question asked now can give it back as well.
  return (
    <Dropdown.Item
      disabled={disabled}
      onSelect={() => void setTimeout(onSelect)}
      className={`${item} ${danger ? 'text-bad' : ''}`}
    >
      {children}
    </Dropdown.Item>
  );
}

export function MenuChoices<T extends string>(props: {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}) {
  const { label, value, choices, onChoose } = props;
  return (
    <Dropdown.RadioGroup value={value} onValueChange={(next) => onChoose(next as T)}>
      <Dropdown.Label className="px-2 pt-1.5 pb-1 text-xs text-muted">{label}</Dropdown.Label>
      {choices.map(([choice, text]) => (
        <Dropdown.RadioItem
          key={choice}
          value={choice}
          onSelect={(event) => event.preventDefault()}
          className={item}
        >
          <span aria-hidden="true" className="w-3 text-accent">
            {choice === value ? '✓' : ''}
          </span>
          {text}
        </Dropdown.RadioItem>
      ))}
    </Dropdown.RadioGroup>
  );
}

export function MenuLine() {
  return <Dropdown.Separator className="my-1 h-px bg-line" />;
}
