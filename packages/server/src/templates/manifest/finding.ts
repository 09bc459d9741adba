import type { Path } from './yaml-source.ts';

/** Something wrong at a path; `key` when it is the key that is wrong, `text` when it is this part of the value. */
export type Finding = {
  readonly path: Path;
  readonly message: string;
  readonly key?: boolean | undefined;
  readonly text?: string | undefined;
};

/** Takes a finding; `where` narrows it to the key or to a part of the value. */
export type Report = (path: Path, message: string, where?: Pick<Finding, 'key' | 'text'>) => void;
