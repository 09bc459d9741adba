import { agent, inAgent, kept, notes, process, type RouteRow, seen } from './rows.ts';

/** What is inside a workspace. */
export const insideRows: Record<string, RouteRow> = {
  'agents.find': {
    at: ({ owner, name }) => ({ owner, workspace: name }),
    ...seen,
    elsewhere: 'ok',
    member: 'ok',
  },
  'agents.get': { ...agent, ...seen },
  'agents.logs': { ...agent, ...seen },
  'agents.listeningPorts': { ...agent, ...seen },
  'agents.ports': { ...agent, ...seen },
  'agents.stats': { ...agent, ...seen },
  // For the token of an agent, which none of these is.
  'agents.patchAppStatus': {
    with: { app_slug: 'site', message: 'hello', state: 'working', uri: '' },
    look: 'UNAUTHENTICATED',
    whole: 'UNAUTHENTICATED',
    member: 'UNAUTHENTICATED',
  },

  'processes.start': { ...inAgent({ id: 'started', command: 'true' }), ...kept },
  'processes.list': { ...agent, ...kept },
  'processes.get': { ...process(), ...kept },
  'processes.output': { ...process(), ...kept },
  'processes.signal': { ...process({ signal: 'USR1' }), ...kept },

  'files.stat': { ...inAgent(notes), ...kept },
  'files.list': { ...inAgent({ path: '~' }), ...kept },
  'files.readLines': { ...inAgent(notes), ...kept },
  'files.readBytes': { ...inAgent(notes), ...kept },
  'files.write': { ...inAgent({ path: '~/written.txt', content: 'one\n' }), ...kept },
  'files.edit': {
    ...inAgent({
      files: [{ path: '~/written.txt', edits: [{ old_text: 'one', new_text: 'two' }] }],
    }),
    ...kept,
  },
  'files.move': { ...inAgent({ path: '~/written.txt', destination: '~/moved.txt' }), ...kept },
  'files.remove': { ...inAgent({ path: '~/moved.txt' }), ...kept },
  'files.mkdir': { ...inAgent({ path: '~/folder' }), ...kept },
  'files.search': { ...inAgent({ path: '~', pattern: 'notes of' }), ...kept },
  'files.copy': { ...inAgent({ path: '~/copied.txt', from_path: notes.path, overwrite: true }), ...kept },
  'files.createLink': { ...inAgent({ ...notes, direction: 'download' }), ...kept },
};
