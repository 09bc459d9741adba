import type { AgentErrorBody, AgentErrorCode } from '@coder/api/agent';

interface FaultDetails {
  path?: string | undefined;
  field?: string | undefined;
  errors?: AgentErrorBody['errors'];
  cause?: unknown;
}

/** A call refused for a reason the caller can act on; becomes the answer's AgentErrorBody. */
export class AgentFault extends Error {
  readonly code: AgentErrorCode;
  readonly details: FaultDetails;

  constructor(code: AgentErrorCode, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'AgentFault';
    this.code = code;
    this.details = details;
  }

  toBody(): AgentErrorBody {
    const { path, field, errors } = this.details;
    return {
      code: this.code,
      message: this.message,
      ...(path === undefined ? {} : { path }),
      ...(field === undefined ? {} : { field }),
      ...(errors === undefined ? {} : { errors }),
    };
  }
}

const errnoFaults: Record<string, [AgentErrorCode, (path: string) => string]> = {
  ENOENT: ['not_found', (p) => `${p} does not exist. List the folder to see what is there.`],
  ENOTDIR: ['not_a_directory', (p) => `A part of ${p} is a file, not a directory. Choose another path.`],
  EISDIR: ['is_a_directory', (p) => `${p} is a directory. Give the path of a file.`],
  EACCES: [
    'permission_denied',
    (p) => `The workspace's user may not access ${p}. Choose a path it owns, or change its mode.`,
  ],
  EPERM: ['permission_denied', (p) => `The workspace's user may not change ${p}. Choose a path it owns.`],
  EROFS: [
    'permission_denied',
    (p) => `${p} is on a read-only file system. Write inside the home directory instead.`,
  ],
  EEXIST: ['exists', (p) => `${p} already exists.`],
  ENOTEMPTY: [
    'not_empty',
    (p) => `${p} is a directory that is not empty. Set recursive to remove it with its content.`,
  ],
  ENOSPC: [
    'no_space',
    (p) => `The disk that holds ${p} is full. Remove files that are not needed, then try again.`,
  ],
  EDQUOT: [
    'no_space',
    (p) => `The disk quota for ${p} is used up. Remove files that are not needed, then try again.`,
  ],
  ENAMETOOLONG: [
    'invalid_input',
    (p) => `A name in ${p} is too long. Use at most 255 bytes for each part of a path.`,
  ],
  ELOOP: ['invalid_input', (p) => `${p} goes round through symbolic links. Give the path of a real file.`],
  EXDEV: [
    'conflict',
    (p) => `${p} would have to move between file systems. Copy it, then remove the old one.`,
  ],
  EBUSY: ['conflict', (p) => `${p} is in use as a mount point. Choose another path.`],
  ETXTBSY: ['conflict', (p) => `${p} is a program that is running. Stop it first.`],
  EMFILE: ['too_many', (p) => `Too many files are open to open ${p}. Stop some processes, then try again.`],
};

/** The error code of a failed system call, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns a failed system call on `path` into a fault; anything unknown is passed on as it is. */
export function fileFault(error: unknown, path: string, field = 'path'): unknown {
  if (error instanceof AgentFault) return error;
  const known = errnoFaults[errnoOf(error) ?? ''];
  return known ? new AgentFault(known[0], known[1](path), { path, field, cause: error }) : error;
}
