import { who } from '../role-world.ts';
import { entered, free, type RoleRow, seen, showsPlace } from './rows.ts';

/** What is inside a workspace. */
export const insideRows: Record<string, RoleRow> = {
  'agents.find': { answers: free, shows: showsPlace },
  'agents.get': { answers: seen },
  'agents.logs': { answers: seen },
  'agents.listeningPorts': { answers: seen },
  'agents.ports': { answers: seen },
  'agents.stats': { answers: seen },
  'agents.patchAppStatus': { answers: who('UNAUTHENTICATED') },

  'processes.start': { answers: entered() },
  'processes.list': { answers: entered() },
  'processes.get': { answers: entered() },
  'processes.output': { answers: entered() },
  'processes.signal': { answers: entered() },

  'files.stat': { answers: entered() },
  'files.list': { answers: entered() },
  'files.readLines': { answers: entered() },
  'files.readBytes': { answers: entered() },
  'files.write': { answers: entered() },
  'files.edit': { answers: entered() },
  'files.move': { answers: entered() },
  'files.remove': { answers: entered() },
  'files.mkdir': { answers: entered() },
  'files.search': { answers: entered() },
  'files.copy': { answers: entered() },
  'files.createLink': { answers: entered() },
};
