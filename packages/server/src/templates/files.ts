import { createHash, randomUUID } from 'node:crypto';
import { ApiError, MANIFEST_FILE } from '@coder/api';
import { type Actor, authorize, can } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { archiveTypes, readArchive } from './archive/read-archive.ts';
import { ArchiveError } from './archive/rules.ts';

/** The largest archive that may be uploaded. */
export const maxFileBytes = 10 * 1024 * 1024;

export type Files = {
  /**
   * Stores an archive after reading it through. The same bytes from the same user give the same file.
   * Throws PAYLOAD_TOO_LARGE, or VALIDATION_FAILED with the entry that is wrong.
   */
  upload(actor: Actor, data: Buffer, mimetype: string): Promise<{ id: string; created: boolean }>;
  /** Throws NOT_FOUND when there is none or the actor may not read it. */
  download(actor: Actor, id: string): Promise<{ data: Buffer; mimetype: string }>;
  /** Whether a file exists that the actor may make a template of. */
  isUsable(actor: Actor, id: string): Promise<boolean>;
  /** What is in a stored archive, for who has been let in by other rules; undefined when there is none. */
  inside(id: string): Promise<FileContents | undefined>;
};

export type FileContents = {
  readonly sha256: string;
  readonly bytes: number;
  readonly paths: readonly string[];
  /** The text of its manifest, if it has one. */
  readonly manifest: string | undefined;
};

/** Archives of templates, kept in the database. */
export function createFiles({ db, clock }: { db: Db; clock: Clock }): Files {
  const find = (id: string) =>
    db.selectFrom('files').select(['created_by', 'mimetype']).where('id', '=', id).executeTakeFirst();

  return {
    async upload(actor, data, mimetype) {
      authorize(actor, 'create', { type: 'file', ownerId: actor.user.id });
      if (data.length > maxFileBytes) {
        throw new ApiError('PAYLOAD_TOO_LARGE', {
          message: `An archive may have at most ${maxFileBytes / 1024 / 1024} MiB.`,
        });
      }
      const type = archiveTypes.find((known) => known === mimetype);
      if (!type) throw refuse('Content-Type', `must be ${archiveTypes.join(' or ')}`);
      await readArchive(data, type).catch((error: unknown) => {
        throw error instanceof ArchiveError ? refuse('file', error.message) : error;
      });
      return storeFile(db, clock, { userId: actor.user.id, data, mimetype: type });
    },

    async download(actor, id) {
      const file = await find(id);
      if (!file) throw new ApiError('NOT_FOUND');
      authorize(actor, 'read', { type: 'file', id, ownerId: file.created_by });
      const { data } = await db
        .selectFrom('files')
        .select('data')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return { data, mimetype: file.mimetype };
    },

    async isUsable(actor, id) {
      const file = await find(id);
      return file !== undefined && can(actor, 'read', { type: 'file', id, ownerId: file.created_by });
    },

    async inside(id) {
      const file = await db
        .selectFrom('files')
        .select(['hash', 'mimetype', 'data'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (!file) return undefined;
      const { paths, contents } = await readArchive(file.data, file.mimetype, { wanted: [MANIFEST_FILE] });
      return {
        sha256: file.hash,
        bytes: file.data.length,
        paths,
        manifest: contents.get(MANIFEST_FILE)?.toString(),
      };
    },
  };
}

/** Stores bytes once for each user. Those that are given again are kept as if they were new. */
export async function storeFile(
  db: Db,
  clock: Clock,
  { userId, data, mimetype }: { userId: string; data: Buffer; mimetype: string },
): Promise<{ id: string; created: boolean }> {
  const hash = createHash('sha256').update(data).digest('hex');
  const createdAt = clock.now();
  const renew = () =>
    db
      .updateTable('files')
      .set({ created_at: createdAt })
      .where('hash', '=', hash)
      .where('created_by', '=', userId)
      .returning('id')
      .executeTakeFirst();
  for (;;) {
    const known = await renew();
    if (known) return { id: known.id, created: false };
    const inserted = await db
      .insertInto('files')
      .values({ id: randomUUID(), hash, mimetype, data, created_by: userId, created_at: createdAt })
      .onConflict((conflict) => conflict.columns(['hash', 'created_by']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted) return { id: inserted.id, created: true };
  }
}

function refuse(field: string, detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', {
    message: `The upload was refused: ${field === 'file' ? detail : `${field} ${detail}.`}`,
    validations: [{ field, detail }],
  });
}
