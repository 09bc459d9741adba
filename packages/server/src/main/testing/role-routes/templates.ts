import { who } from '../role-world.ts';
import {
  free,
  inOrganization,
  managed,
  nobodys,
  type RoleRow,
  showsTemplate,
  templateAdmins,
} from './rows.ts';

/** Templates and their versions. */
export const templatesRows: Record<string, RoleRow> = {
  'templates.list': { answers: free, shows: showsTemplate },
  'templates.listInOrganization': { answers: inOrganization },
  // Its version belongs to a template already.
  'templates.create': { answers: managed(templateAdmins, 'VALIDATION_FAILED') },
  'templates.getByName': { answers: inOrganization },
  'templates.get': { answers: inOrganization },
  'templates.update': { answers: managed(templateAdmins) },
  // There are workspaces of it.
  'templates.delete': { answers: managed(templateAdmins, 'CONFLICT') },
  'templates.versions': { answers: inOrganization },
  'templates.activateVersion': { answers: managed(templateAdmins) },
  'templates.versionByName': { answers: inOrganization },
  'templates.examples': { answers: free },
  'templates.examplesInOrganization': { answers: inOrganization },
  'templates.versionInOrganization': { answers: inOrganization },
  'templates.previousVersion': { answers: nobodys },
  'templates.archiveVersions': { answers: managed(templateAdmins) },

  // Of an archive that the owner has sent, which belongs to no organization.
  'templateVersions.create': {
    answers: who(
      'FORBIDDEN',
      ['NOT_FOUND', ['elsewhere']],
      ['ok', ['owner', 'template-admin']],
      ['VALIDATION_FAILED', templateAdmins],
    ),
  },
  'templateVersions.get': { answers: inOrganization },
  'templateVersions.update': { answers: managed(templateAdmins) },
  'templateVersions.parameters': { answers: inOrganization },
  'templateVersions.presets': { answers: inOrganization },
  'templateVersions.logs': { answers: inOrganization },
  // Its import has ended, and it is in use.
  'templateVersions.cancel': { answers: managed(templateAdmins, 'CONFLICT') },
  'templateVersions.archive': { answers: managed(templateAdmins, 'BAD_REQUEST') },
  'templateVersions.unarchive': { answers: managed(templateAdmins, 'BAD_REQUEST') },
  'templateVersions.variables': { answers: inOrganization },
  'templateVersions.externalAuth': { answers: inOrganization },
  'templateVersions.resources': { answers: inOrganization },
  'templateVersions.evaluate': { answers: inOrganization },
  'templateVersions.createDryRun': {
    answers: who('ok', ['NOT_FOUND', ['elsewhere']], ['FORBIDDEN', ['organization-workspace-creation-ban']]),
  },
  'templateVersions.dryRun': { answers: nobodys },
  'templateVersions.dryRunResources': { answers: nobodys },
  'templateVersions.dryRunLogs': { answers: nobodys },
  'templateVersions.dryRunProvisioners': { answers: nobodys },
  'templateVersions.cancelDryRun': { answers: nobodys },
};
