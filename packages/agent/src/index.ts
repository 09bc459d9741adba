/** For the server only: how to build the agent that it starts in workspaces. What the agent answers is in the api's agent contract. */
export { type BuiltAgent, buildAgent } from './build.ts';
