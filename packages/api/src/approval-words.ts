import type { Approval } from './schemas/approvals.ts';
import { visibleLine } from './visible-text.ts';

type Words = { readonly title: (target: string) => string; readonly outcome: string };

const irreversible = 'This cannot be undone.';
const asYou = 'It runs as the user of the workspace, who can reach its files and its network.';

/** What each route does, in words. One that is not here is told by its class. */
const byRoute: Record<string, Words> = {
  'POST /workspaces/{workspace}/builds': {
    title: (target) => `Delete the workspace ${target}`,
    outcome: `The workspace and every file in it are removed. ${irreversible}`,
  },
  'PUT /workspaces/{workspace}/dormant': {
    title: (target) => `Make the workspace ${target} dormant`,
    outcome:
      'It is stopped. Where its template deletes dormant workspaces, it and every file in it are removed after a while.',
  },
  'POST /workspaceagents/{agent}/processes': {
    title: (target) => `Run a command in ${target}`,
    outcome: asYou,
  },
  'POST /workspaceagents/{agent}/processes/{process}/stdin': {
    title: (target) => `Write to a running command in ${target}`,
    outcome: 'The text below is typed into it.',
  },
  'GET /workspaceagents/{agent}/pty': {
    title: (target) => `Open a terminal in ${target}`,
    outcome: 'Whatever is typed into it later is not asked about again.',
  },
  'POST /organizations/{organization}/templates': {
    title: () => 'Create a template',
    outcome: 'Users can make workspaces from it.',
  },
  'PATCH /templates/{template}': {
    title: (target) => `Change the template ${target}`,
    outcome: 'Only what is named below changes.',
  },
  'PATCH /templates/{template}/versions': {
    title: (target) => `Activate a version of the template ${target}`,
    outcome: 'New workspaces are made from this version, and others are offered it.',
  },
  'DELETE /templates/{template}': {
    title: (target) => `Delete the template ${target}`,
    outcome: irreversible,
  },
  'POST /organizations/{organization}/templateversions': {
    title: (target) => `Add a version of a template in ${target}`,
    outcome: 'Its scripts run in the workspaces that are made from it.',
  },
  'POST /templates/{template}/versions/archive': {
    title: (target) => `Put away versions of the template ${target} that no workspace uses`,
    outcome: 'They are no longer listed, and can be taken back one by one.',
  },
  'POST /templateversions/{version}/archive': {
    title: (target) => `Put away a version of the template ${target}`,
    outcome: 'It is no longer listed, and can be taken back.',
  },
  'POST /templateversions/{version}/unarchive': {
    title: (target) => `Take back a version of the template ${target}`,
    outcome: 'It is listed again.',
  },
  'PATCH /templateversions/{version}': {
    title: (target) => `Change a version of the template ${target}`,
    outcome: 'Only what is named below changes.',
  },
};

const byClass: Record<Approval['class'], Words> = {
  delete: { title: (target) => `Delete ${target}`, outcome: irreversible },
  commands: { title: (target) => `Act inside of ${target}`, outcome: asYou },
  templates: { title: (target) => `Change templates: ${target}`, outcome: 'What changes is below.' },
};

type Asked = Pick<Approval, 'class' | 'route' | 'target'>;

/** What is asked, as a heading. The object's name is somebody's choice, so what would not show in it is named. */
export function approvalTitle({ class: kind, route, target }: Asked): string {
  const named = visibleLine(target.name);
  if (route === 'POST /organizations/{organization}/templateversions' && target.type === 'template') {
    return `Add a version of the template ${named}`;
  }
  return (byRoute[route] ?? byClass[kind]).title(named);
}

/** What comes of it, in a sentence. */
export function approvalOutcome({ class: kind, route }: Asked): string {
  return (byRoute[route] ?? byClass[kind]).outcome;
}

/** An argument as it is shown: texts as they are, a list of texts one a line, all else as JSON. */
export function shownArgument(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, 2) ?? String(value);
}

/** The names of the arguments that say what is done. */
const first = ['command', 'argv', 'transition', 'name'];

/** Whether an argument says what is done. */
export function isMainArgument(name: string): boolean {
  return first.includes(name);
}

/** Arguments as they are shown: those that say what is done, then the others. */
export function orderedArguments(args: Readonly<Record<string, unknown>>): [string, unknown][] {
  const rank = (name: string) => {
    const at = first.indexOf(name);
    return at === -1 ? first.length : at;
  };
  return Object.entries(args).sort(([a], [b]) => rank(a) - rank(b));
}
