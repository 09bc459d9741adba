/** What a reference names. */
export type Reference =
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'workspace' | 'owner'; readonly name: 'name' };

/** One `${{ … }}` of a text: as it stands there, and what it names if that is a thing there is. */
export type FoundReference = { readonly raw: string; readonly reference: Reference | undefined };

const EXPRESSION = /\$\{\{(.*?)(?:\}\}|$)/gs;
const PARAMETER = /^parameters\.([A-Za-z][A-Za-z0-9_-]*)$/;
/** A reference of ours, as opposed to the same braces of another language in a script. */
const OURS = /\$\{\{\s*(?:parameters|workspace|owner)\s*\.\s*[A-Za-z0-9_-]+\s*\}\}/;

/** Every reference of a text, in order. */
export function findReferences(text: string): FoundReference[] {
  return [...text.matchAll(EXPRESSION)].map(([raw, inner]) => ({
    raw,
    reference: raw.endsWith('}}') ? parse(inner!.trim()) : undefined,
  }));
}

/** The first text in it that looks like one of our references. */
export function ownReference(text: string): string | undefined {
  return OURS.exec(text)?.[0];
}

function parse(expression: string): Reference | undefined {
  if (expression === 'workspace.name') return { kind: 'workspace', name: 'name' };
  if (expression === 'owner.name') return { kind: 'owner', name: 'name' };
  const name = PARAMETER.exec(expression)?.[1];
  return name === undefined ? undefined : { kind: 'parameter', name };
}

/** The text with every reference replaced by what `textOf` gives; what it puts in is not looked at again. */
export function replaceReferences(text: string, textOf: (reference: Reference) => string): string {
  return text.replaceAll(EXPRESSION, (raw: string, inner: string) => {
    const reference = parse(inner.trim());
    return reference ? textOf(reference) : raw;
  });
}

/** The environment variable in which scripts find a parameter's value. */
export function parameterVariable(name: string): string {
  return `CODER_PARAMETER_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** How a script writes what a reference names. */
export function shellVariable(reference: Reference): string {
  if (reference.kind === 'parameter') return parameterVariable(reference.name);
  return reference.kind === 'workspace' ? 'CODER_WORKSPACE_NAME' : 'CODER_WORKSPACE_OWNER_NAME';
}
