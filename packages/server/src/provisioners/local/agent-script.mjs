// How an agent's bundle, which is CommonJS, becomes a program: with what the engine has made of it before, where that is kept.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** Where what the engine makes of a bundle is kept, beside it. */
export const codeFile = (entry) => `${entry}.code`;

/** Code with its sum before it: the engine takes what a disk has damaged, and ends with the program. */
export function sealed(code) {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(code));
  return Buffer.concat([sum, code]);
}

/** The code of a file, or undefined when it is not what was written. */
function unsealed(file) {
  const code = file.subarray(4);
  return file.length > 4 && file.readUInt32LE() === crc32(code) ? code : undefined;
}

/**
 * `kept`, which is sealed, must have been made of this text, of which the engine checks no more than the length: both are in a folder that is named
 * for what is in it, and that only the server writes. Of another engine, or made under other options, it is left alone.
 */
export function agentScript(entry, kept) {
  const code = kept && unsealed(kept);
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
