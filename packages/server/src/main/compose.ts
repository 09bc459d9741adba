import type { Composition, Ground } from './ground.ts';

/** Builds the server's capabilities on the ground, by hand and in order, and adds their routes to the application. */
export async function compose(_ground: Ground): Promise<Composition> {
  return {
    drain: async () => undefined,
    close: async () => undefined,
  };
}
