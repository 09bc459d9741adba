import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

/** The prompts that can be listed. */
export const prompts = {
  prompts: [
    {
      name: 'work_in_workspace',
      title: 'Do a task in a workspace',
      description: 'Do a development task in a workspace, from choosing or creating it to a checked result',
      arguments: [
        { name: 'task', description: 'What is to be done', required: true },
        { name: 'workspace', description: 'The workspace to use; without it one is chosen or created' },
      ],
    },
  ],
};

/** The text of a prompt. Throws the protocol's own error when it is unknown or lacks an argument. */
export function getPrompt(name: string, args: Record<string, string> | undefined) {
  const prompt = prompts.prompts.find((one) => one.name === name);
  if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}`);
  const task = args?.task;
  if (!task) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'missing required prompt argument: task');
  }
  const where = args?.workspace
    ? `Use the workspace ${JSON.stringify(args.workspace)}.`
    : 'Look at my workspaces and choose the fitting one, or propose a template for a new one and ask me before you create it.';
  const text = [
    'Do this task in a development workspace:',
    '',
    task,
    '',
    `1. ${where}`,
    '2. Wait until it is ready, and look at what is there before you change anything.',
    '3. Work with the file tools and with commands. Start servers in the background.',
    '4. Check the result by running it, and show me what you ran and what came out.',
    '5. Say what is left to do. Do not stop or delete the workspace unless I ask for it.',
  ].join('\n');
  return {
    description: prompt.description,
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
  };
}
