export { DEFAULT_INSTRUCTIONS } from './instructions.ts';
export { createSurface, createSurfaces, type Surface } from './surface.ts';
export { createToolServer, type ToolCallMark, type ToolServerInfo, type ToolSession } from './tool-server.ts';
