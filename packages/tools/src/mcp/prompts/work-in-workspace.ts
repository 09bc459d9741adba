import { type Prompt, steps } from './prompt.ts';

export const workInWorkspace: Prompt = {
  name: 'work_in_workspace',
  title: 'Do a task in a workspace',
  description: 'Do a development task in a workspace, from choosing or creating it to a checked result',
  arguments: [
    { name: 'task', description: 'What is to be done', required: true },
    { name: 'workspace', description: 'The workspace to use; without it one is chosen or created' },
  ],
  needs: ['coder_list_workspaces', 'coder_workspace_bash', 'coder_workspace_write_file'],
  render: ({ task = '', workspace }) =>
    [
      'Do this task in a development workspace:',
      '',
      task,
      '',
      steps([
        workspace === undefined
          ? 'Look at my workspaces and choose the fitting one, or propose a template for a new one and ask me before you create it.'
          : `Use the workspace ${JSON.stringify(workspace)}.`,
        'Wait until it is ready, and look at what is there before you change anything.',
        'Work with the file tools and with commands. Start servers in the background.',
        'Check the result by running it, and show me what you ran and what came out.',
        'Say what is left to do. Do not stop or delete the workspace unless I ask for it.',
      ]),
    ].join('\n'),
};
