import { fill, type Place, placesOf } from '../places.ts';
import { findReferences, ownReference, type Reference, shellVariable } from '../references.ts';
import { suggestion } from '../suggest.ts';
import { textProblem } from '../text-problem.ts';
import type { Draft } from './draft.ts';
import type { Report } from './finding.ts';
import { type Path, pathText } from './yaml-source.ts';

/** What stands for the names of a workspace and its owner while a template is checked. */
const sampleName = 'sample';

/** Checks each place where references are replaced, with every value its parameters are known to take. */
export function checkPlaces(draft: Draft, report: Report): void {
  for (const place of placesOf(draft)) {
    const found = findReferences(place.text);
    const wrong = found.filter(({ reference }) => !reference || !known(draft, reference));
    for (const { raw, reference } of wrong) report(place.path, unknown(draft, raw, reference), { text: raw });
    if (wrong.length === 0)
      checkFilled(
        draft,
        place,
        found.map(({ reference }) => reference!),
        report,
      );
  }
}

/** Refuses text, also of keys, that neither the database nor an environment can hold. */
export function checkText(draft: Draft, report: Report): void {
  const check = (path: Path, text: string, key: boolean) => {
    const problem = textProblem(text);
    if (problem !== undefined) report(path, problem, { key });
  };
  walk(
    draft.whole,
    [],
    (path, text) => check(path, text, false),
    (path, key) => check(path, key, true),
  );
}

/** Finds references where none is replaced, which would otherwise reach the workspace as they are. */
export function checkStrays(draft: Draft, report: Report): void {
  const allowed = new Set(placesOf(draft).map(({ path }) => pathText(path)));
  walk(draft.whole, [], (path, text) => {
    const raw = allowed.has(pathText(path)) ? undefined : ownReference(text);
    if (raw === undefined || isPlace(path)) return;
    const reference = findReferences(raw)[0]?.reference;
    const message =
      reference && isScript(path)
        ? `is not replaced in a script, where no quoting would be safe. Write "$${shellVariable(reference)}" instead.`
        : 'is not replaced here. References work in the resources and env of the runtime, in the agent’s directory and env, and in the url of an app.';
    report(path, `${raw} ${message}`, { text: raw });
  });
}

function known(draft: Draft, reference: Reference): boolean {
  return reference.kind !== 'parameter' || draft.names.has(reference.name);
}

function unknown(draft: Draft, raw: string, reference: Reference | undefined): string {
  if (reference) return `${raw} names no parameter.${suggestion(reference.name, draft.names)}`;
  if (!raw.endsWith('}}')) return 'has a "${{" that no "}}" ends';
  return `${raw} is not a reference. There are \${{ parameters.<name> }}, \${{ workspace.name }} and \${{ owner.name }}, and no other expressions.`;
}

function checkFilled(draft: Draft, place: Place, references: readonly Reference[], report: Report): void {
  const numeric = place.kind === 'cpus' || place.kind === 'processes';
  for (const reference of references) {
    const type = reference.kind === 'parameter' ? draft.checked.get(reference.name)?.type : 'string';
    if (numeric && type !== undefined && type !== 'number') {
      report(
        place.path,
        `must be a number, and ${reference.kind === 'parameter' ? `parameter "${reference.name}" is a ${type}` : 'a name is none'}`,
      );
      return;
    }
  }
  for (const values of assignments(draft, references)) {
    const filled = fill(place, (reference) =>
      reference.kind === 'parameter' ? (values.get(reference.name) ?? '') : sampleName,
    );
    if (!('problem' in filled)) continue;
    const because = [...values].map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
    report(place.path, `${filled.problem}${because === '' ? '' : ` (with ${because})`}`);
    return;
  }
}

/** Every default, and each other value that is known beforehand once; nothing when a parameter has no known value. */
function assignments(draft: Draft, references: readonly Reference[]): Map<string, string>[] {
  const names = [...new Set(references.flatMap((r) => (r.kind === 'parameter' ? [r.name] : [])))];
  const candidates = names.map((name) => candidatesOf(draft, name));
  if (candidates.some((values) => values.length === 0)) return [];
  const first = new Map(names.map((name, index) => [name, candidates[index]![0]!]));
  const others = names.flatMap((name, index) =>
    candidates[index]!.slice(1).map((value) => new Map(first).set(name, value)),
  );
  return [first, ...others];
}

function candidatesOf(draft: Draft, name: string): string[] {
  const parameter = draft.checked.get(name);
  if (!parameter) return [];
  const { min, max } = parameter.validation ?? {};
  const bounds = parameter.options.length === 0 ? [min, max] : [];
  const values = [parameter.default, ...parameter.options.map(({ value }) => value), ...bounds];
  return [...new Set(values.filter((value) => value !== undefined).map(String))];
}

type Visit = (path: Path, text: string) => void;

function walk(value: unknown, path: Path, visit: Visit, visitKey?: Visit): void {
  if (typeof value === 'string') visit(path, value);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) walk(item, [...path, index], visit, visitKey);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      visitKey?.([...path, key], key);
      walk(item, [...path, key], visit, visitKey);
    }
  }
}

function isScript(path: Path): boolean {
  return ['startup_script', 'shutdown_script', 'script', 'command'].includes(String(path.at(-1)));
}

/** Whether references would be replaced here if the section around it were sound. */
function isPlace(path: Path): boolean {
  return /^(runtime\.local\.|agent\.(directory|env\.)|apps\[\d+\]\.(healthcheck\.)?url$)/.test(
    pathText(path),
  );
}
