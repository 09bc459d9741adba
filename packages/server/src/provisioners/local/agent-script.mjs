// How an agent's bundle, which is CommonJS, becomes a program: with what the engine has made of it before, where that is kept.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

/** Where what the engine makes of a bundle is kept, beside it. */
export const codeFile = (entry) => `${entry}.code`;

/**
 * `code` must have been made of this text, of which the engine checks no more than the length: both are in a folder that is named
 * for what is in it, and that only the server writes. Of another engine, or made under other options, it is left alone.
 */
export function agentScript(entry, code) {
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(entry, 'utf8')}\n})`,
    {
      filename: entry,
      ...(code ? { cachedData: code } : {}),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  return {
    script,
    /** Runs it; returns what it exports. */
    run() {
      const module = { exports: {} };
      script.runInThisContext()(module.exports, createRequire(entry), module, entry, dirname(entry));
      return module.exports;
    },
  };
}
