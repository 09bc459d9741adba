import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';

const control =
  'w-full min-w-0 rounded-md border border-line bg-surface px-2.5 text-ink placeholder:text-muted/80 disabled:opacity-60 aria-invalid:border-bad';

type Around = { label: ReactNode; hint?: ReactNode; problem?: string | undefined };

function useAround({ hint, problem }: Around) {
  const id = useId();
  const note = problem ?? hint;
  return { id, note, described: note === undefined ? undefined : `${id}-note` };
}

function Note({ id, problem, children }: { id: string; problem: boolean; children: ReactNode }) {
  return (
    <p id={`${id}-note`} className={`text-[13px] ${problem ? 'text-bad' : 'text-muted'}`}>
      {children}
    </p>
  );
}

export function Field({
  label,
  hint,
  problem,
  ...input
}: Around & Omit<InputHTMLAttributes<HTMLInputElement>, 'id'>) {
  const { id, note, described } = useAround({ label, hint, problem });
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <input
        {...input}
        id={id}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={described}
        className={`h-9 ${control} ${input.className ?? ''}`}
      />
      {note !== undefined && (
        <Note id={id} problem={problem !== undefined}>
          {note}
        </Note>
      )}
    </div>
  );
}

export function SelectField({
  label,
  hint,
  problem,
  children,
  ...select
}: Around & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id'>) {
  const { id, note, described } = useAround({ label, hint, problem });
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <select {...select} id={id} aria-describedby={described} className={`h-9 ${control}`}>
        {children}
      </select>
      {note !== undefined && (
        <Note id={id} problem={problem !== undefined}>
          {note}
        </Note>
      )}
    </div>
  );
}

export function TextField({
  label,
  hint,
  problem,
  ...text
}: Around & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'>) {
  const { id, note, described } = useAround({ label, hint, problem });
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <textarea
        {...text}
        id={id}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={described}
        className={`py-2 font-mono text-[13px] ${control}`}
      />
      {note !== undefined && (
        <Note id={id} problem={problem !== undefined}>
          {note}
        </Note>
      )}
    </div>
  );
}

/** A box or a round button with a line that says what it means. */
export function Choice({
  label,
  hint,
  ...input
}: { label: ReactNode; hint?: ReactNode } & Omit<InputHTMLAttributes<HTMLInputElement>, 'id'>) {
  return (
    <label className="flex items-start gap-2.5 rounded-md py-1.5 has-disabled:opacity-60">
      <input {...input} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <span className="min-w-0">
        <span className="block leading-snug font-medium [overflow-wrap:anywhere]">{label}</span>
        {hint !== undefined && <span className="block text-[13px] leading-snug text-muted">{hint}</span>}
      </span>
    </label>
  );
}
