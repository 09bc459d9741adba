import type { CapabilityId } from './schemas/oauth2.ts';

/** What a token may be allowed, in the words of every page that asks for it or lists it. */
export const capabilityWords: Readonly<Record<CapabilityId, { title: string; description: string }>> = {
  look: {
    title: 'Look',
    description: 'See your workspaces, templates, builds and their logs. Nothing is changed.',
  },
  operate: {
    title: 'Create, start and stop',
    description: 'Create workspaces from templates, start, stop and change them.',
  },
  work: {
    title: 'Work inside',
    description: 'Run commands, read and write files, and reach ports and apps inside workspaces.',
  },
  templates: {
    title: 'Manage templates',
    description: 'Upload, change and remove templates, as far as your role allows it.',
  },
  delete: {
    title: 'Delete workspaces',
    description: 'Delete workspaces with everything in them. This cannot be undone.',
  },
  account: {
    title: 'Manage your account',
    description: 'Read and change your profile, and create and delete your API tokens.',
  },
  everything: {
    title: 'Everything you may do',
    description:
      'Act with all of your rights, including those that are added later. Allow this only for programs you would give your password.',
  },
};
