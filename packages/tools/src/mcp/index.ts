export {
  type Said,
  type Selection,
  SelectionError,
  type SelectionInput,
  selectTools,
} from './selection.ts';
export { createSurface, createSurfaces, type Surface } from './surface.ts';
export { TEMPLATE_GUIDE } from './template-guide.ts';
export { createToolServer, type ToolCallMark, type ToolServerInfo, type ToolSession } from './tool-server.ts';
