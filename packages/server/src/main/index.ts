export { type RunOptions, runServer } from './run-server.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
