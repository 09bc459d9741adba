import { ApiError } from '@coder/api';
import { verifyPassword } from './password.ts';
import type { UserRow } from './users-store.ts';

type NewPassword = { old_password?: string | undefined; password: string };

/** Throws unless a user can be given this password: people prove that they know their own one. */
export async function refuseNewPassword(
  { username, login_type, hashed_password }: UserRow,
  { old_password: old, password }: NewPassword,
  { isOwn }: { isOwn: boolean },
): Promise<void> {
  if (login_type !== 'password') {
    throw new ApiError('BAD_REQUEST', {
      message:
        login_type === 'none'
          ? `${username} does not sign in, and has no password.`
          : `${username} signs in with ${login_type}, not with a password.`,
      detail:
        login_type === 'none'
          ? 'Make an API token for the user instead, or create a user who signs in with a password.'
          : `Change the password where ${login_type} keeps it, or create a user who signs in with a password.`,
    });
  }
  if (!isOwn) return;
  const wrong = (field: string, detail: string) =>
    new ApiError('VALIDATION_FAILED', { validations: [{ field, detail }] });
  if (old === undefined) throw wrong('old_password', 'is required to change your own password');
  if (!(await verifyPassword(old, hashed_password))) {
    throw wrong('old_password', 'is not your current password');
  }
  if (old === password) throw wrong('password', 'must differ from the current one');
}

export const passwordJustChanged = () =>
  new ApiError('CONFLICT', {
    message: 'Your password has just been changed.',
    detail:
      'If that was you, sign in with the new password; otherwise ask an administrator to set another one.',
  });
