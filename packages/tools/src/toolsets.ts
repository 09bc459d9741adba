/**
 * The selections a client may ask for. `standard` is everything but ChatGPT's pair; `workspace` is the few tools of daily work
 * in workspaces; `readonly` is what changes nothing; `chatgpt` is exactly the two tools its connectors accept.
 */
export const toolsets = ['standard', 'workspace', 'readonly', 'chatgpt'] as const;
export type Toolset = (typeof toolsets)[number];

/** Whether this is the name of a toolset. */
export function isToolset(name: string): name is Toolset {
  return (toolsets as readonly string[]).includes(name);
}

/** The toolsets of a tool that reads, and of one that acts. */
export const readingToolsets: readonly Toolset[] = ['standard', 'readonly'];
export const actingToolsets: readonly Toolset[] = ['standard'];
/** The same for what daily work needs: each of these costs every conversation of a client that wants few tools. */
export const dailyReading: readonly Toolset[] = ['standard', 'workspace', 'readonly'];
export const dailyActing: readonly Toolset[] = ['standard', 'workspace'];
