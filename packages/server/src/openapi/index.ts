export { serveOpenApi } from './routes.ts';
export { createSwagger } from './swagger.ts';
