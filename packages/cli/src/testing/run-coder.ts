import { vi } from 'vitest';
import { reportError } from '../output/report-error.ts';
import { createProgram } from '../program.ts';

/** Runs a command in this process, and returns its exit code and what it wrote. */
export async function runCoder(
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') => (text: unknown) => {
    written[stream] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('stderr')),
    vi.spyOn(console, 'log').mockImplementation((text) => void into('stdout')(`${String(text)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text) => void into('stderr')(`${String(text)}\n`)),
  ];
  try {
    const code = await createProgram()
      .parseAsync(['node', 'coder', ...words])
      .then(() => 0, reportError);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
