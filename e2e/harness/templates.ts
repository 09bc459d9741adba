import { join } from 'node:path';
import type { Deployment } from './deployment.ts';

/** Publishes a starter template. */
export async function starter(deployment: Deployment, name: 'local' | 'node' | 'python'): Promise<void> {
  const folder = join(import.meta.dirname, '../../templates', name);
  const pushed = await deployment.coder(['templates', 'push', name, '--directory', folder, '--yes']);
  if (pushed.code !== 0) throw new Error(pushed.stderr);
}
