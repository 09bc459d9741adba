import * as z from 'zod';
import { TerminalSize } from './processes.ts';

/** TCP ports on which the workspace's own processes listen, ascending. */
export const PortList = z.object({
  ports: z.array(
    z.object({
      port: z.int(),
      network: z.literal('tcp'),
      /** As in `127.0.0.1`, `0.0.0.0`, `::1` or `::`. */
      address: z.string(),
      process_name: z.string(),
      pid: z.int(),
    }),
  ),
});
export type PortList = z.infer<typeof PortList>;

export const TerminalAttach = z.strictObject({
  width: z.coerce.number().pipe(TerminalSize.shape.width).default(80),
  height: z.coerce.number().pipe(TerminalSize.shape.height).default(24),
  /** Of a terminal that is not there yet: what it runs instead of the login shell. */
  command: z
    .string()
    .regex(/^[^\0]*$/)
    .optional(),
});
export type TerminalAttachInput = z.input<typeof TerminalAttach>;

/** The id by which a viewer comes back to its terminal: a UUID in upstream's protocol. */
export const TerminalId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

export const TerminalInfo = z.object({
  id: z.string(),
  command: z.string(),
  pid: z.int(),
  started_at: z.string(),
  viewers: z.int(),
  width: z.int(),
  height: z.int(),
});
export type TerminalInfo = z.infer<typeof TerminalInfo>;
export const TerminalList = z.object({ terminals: z.array(TerminalInfo) });
export type TerminalList = z.infer<typeof TerminalList>;
