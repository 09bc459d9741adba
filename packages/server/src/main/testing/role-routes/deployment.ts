import { who } from '../role-world.ts';
import {
  free,
  inOrganization,
  insightful,
  managed,
  type RoleRow,
  site,
  templateAdmins,
  userReaders,
} from './rows.ts';

/** The deployment, its health, its provisioners and its insights. */
export const deploymentRows: Record<string, RoleRow> = {
  'deployment.greeting': { answers: free },
  'deployment.buildInfo': { answers: free },
  'deployment.experiments': { answers: free },
  'deployment.availableExperiments': { answers: free },
  'deployment.config': { answers: site('owner', 'auditor') },
  'deployment.stats': { answers: site('owner', 'auditor') },
  'deployment.sshConfig': { answers: free },
  'deployment.updateCheck': { answers: free },
  'deployment.regions': { answers: free },
  'deployment.entitlements': { answers: free },
  'deployment.checkAuthorization': { answers: free },
  'deployment.scopes': { answers: free },
  'deployment.appHost': { answers: free },
  'deployment.audit': {
    answers: site('owner', 'auditor', 'organization-admin', 'organization-auditor'),
    // A sign-in belongs to no organization.
    with: () => ({ q: 'action:login', limit: 1 }),
    shows: { text: () => '"action":"login"', to: ['owner', 'auditor'] },
  },
  'deployment.activity': { answers: who('NOT_FOUND', ['ok', ['owner', 'auditor']]) },

  'health.report': { answers: site('owner') },
  'health.settings': { answers: site('owner') },
  'health.updateSettings': { answers: site('owner') },

  'provisioners.daemons': { answers: inOrganization },
  'provisioners.jobs': { answers: managed(templateAdmins) },
  'provisioners.job': {
    answers: managed(templateAdmins),
    with: ({ narrow: { organization }, job }) => ({ organization, job }),
  },

  'insights.daus': { answers: site('owner', 'auditor') },
  'insights.templateDaus': { answers: managed(insightful) },
  'insights.userActivity': { answers: site(...insightful) },
  'insights.templates': { answers: site(...insightful) },
  'insights.userStatusCounts': { answers: site(...userReaders) },
};
