export { adds, defineTool, destroys, reads } from './tool.ts';
export { actingToolsets, dailyActing, dailyReading, readingToolsets } from './toolsets.ts';
