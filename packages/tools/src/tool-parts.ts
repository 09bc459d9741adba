export { adds, defineTool, destroys, reads } from './tool.ts';
export { actingToolsets, readingToolsets } from './toolsets.ts';
