import { GUIDE_TOOLS, TEMPLATE_GUIDE } from '../template-guide.ts';
import { call, type Prompt, steps } from './prompt.ts';

export const writeTemplate: Prompt = {
  name: 'write_template',
  title: 'Write a template',
  description:
    'Write a template of workspaces, check it and publish it; the guide to templates is part of it',
  arguments: [
    { name: 'purpose', description: 'What workspaces of it are for', required: true },
    { name: 'name', description: 'What it is to be called; without it you propose one' },
  ],
  needs: ['coder_list_templates', ...GUIDE_TOOLS],
  render: ({ purpose = '', name }) =>
    [
      `Write a template of workspaces: ${purpose}`,
      '',
      steps([
        `See which templates there are: ${call('coder_list_templates', {})}. If one of them does it already, say so and ask me.`,
        'Write template.yaml and README.md by the guide below. Show me the parameters and what the startup script does, and ask me before you publish.',
        `Upload both files with coder_upload_tar_file, and import them with coder_create_template_version. If the import names problems, correct all of them and do both again.`,
        name === undefined
          ? 'Propose a name, and publish it with coder_create_template.'
          : `Publish it as ${JSON.stringify(name)}: with coder_create_template, or, if there is a template of this name, give its template_id to coder_create_template_version and then use coder_update_template_active_version.`,
        'Offer to create a workspace of it as a test; create it when I say so, wait until it is ready, and show me what its startup script has done.',
      ]),
      '',
      '---',
      '',
      TEMPLATE_GUIDE,
    ].join('\n'),
};
