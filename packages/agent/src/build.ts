import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

export interface BuiltAgent {
  /** The file to run with `node`. Its folder may be copied anywhere as a whole. */
  entry: string;
  /** The first twelve digits of the hash of all it was made from. */
  version: string;
}

const sources = dirname(fileURLToPath(import.meta.url));
const contract = dirname(fileURLToPath(import.meta.resolve('@coder/api/agent')));
const require = createRequire(import.meta.url);
const PTY_FILE = 'pty.node';

/** The prebuilt terminal library of this platform, or undefined: agents then work without terminals. */
function ptyBinary(): string | undefined {
  try {
    const fromPty = createRequire(require.resolve('@lydell/node-pty'));
    return fromPty.resolve(`@lydell/node-pty-${process.platform}-${process.arch}/${PTY_FILE}`);
  } catch {
    return undefined;
  }
}

/** Makes the terminal library look for its binary beside the bundle instead of in node_modules. */
const ptyBeside: Plugin = {
  name: 'pty-beside',
  setup(build) {
    build.onLoad({ filter: /node-pty\/requireBinary\.js$/ }, () => ({
      contents: `exports.requireBinary = (file) => process.getBuiltinModule('node:module').createRequire(__filename)('./' + file);`,
      loader: 'js',
    }));
  },
};

/** A hash over everything that goes into the bundle; reading it takes a few milliseconds. */
async function hashSources(pty: string | undefined): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of [sources, contract]) {
    const names = (await readdir(folder, { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    for (const name of names.sort()) hash.update(name).update(await readFile(join(folder, name)));
  }
  for (const name of ['ws', 'zod', 'diff', 'tar-stream', '@lydell/node-pty', 'esbuild']) {
    hash.update(name).update(await readFile(packageJson(name)));
  }
  hash.update(pty ?? 'none').update(process.arch);
  return hash.digest('hex').slice(0, 12);
}

/** Where a package keeps its package.json, whether or not it exports that. */
function packageJson(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json');
    if (existsSync(file)) return file;
  }
  throw new Error(`The package ${name} is not installed. Run npm install.`);
}

/**
 * Bundles the agent into `<outputFolder>/<version>/agent.cjs` with its terminal library beside it. The same sources
 * again cost only the hash. Several servers may build at once. Throws esbuild's error when the sources do not build.
 */
export async function buildAgent(options: { outputFolder: string }): Promise<BuiltAgent> {
  const pty = ptyBinary();
  const version = await hashSources(pty);
  const folder = join(options.outputFolder, version);
  const entry = join(folder, 'agent.cjs');
  const built = { entry, version };
  if (await readFile(join(folder, 'complete'), 'utf8').catch(() => undefined)) return built;

  const { build } = await import('esbuild');
  const temporary = join(options.outputFolder, `.${version}-${randomUUID()}`);
  await mkdir(temporary, { recursive: true, mode: 0o755 });
  try {
    await build({
      entryPoints: [join(sources, 'main.ts')],
      outfile: join(temporary, basename(entry)),
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      minify: true,
      legalComments: 'none',
      plugins: [ptyBeside],
      // Optional speed-ups of ws that need a compiler; it does without.
      external: ['bufferutil', 'utf-8-validate'],
      define: { AGENT_VERSION: JSON.stringify(version) },
      logLevel: 'silent',
    });
    if (pty) {
      await copyFile(pty, join(temporary, PTY_FILE));
      await chmod(join(temporary, PTY_FILE), 0o755);
    }
    await writeFile(join(temporary, 'complete'), version);
    // A workspace's user is not the server's.
    await chmod(temporary, 0o755);
    await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another server was faster, or an earlier build was left half done.
      if (await readFile(join(folder, 'complete'), 'utf8').catch(() => undefined)) return;
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return built;
}
