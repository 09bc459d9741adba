import type { ConsentRequest } from '@coder/api';
import { api } from '../../api.ts';

/** Whose account is at stake, with a way to use another. */
export function SignedInAs({ user }: { user: ConsentRequest['user'] }) {
  const change = async () => {
    const here = window.location.pathname + window.location.search;
    await api.users.logout().catch(() => undefined);
    window.location.assign(`/login?redirect=${encodeURIComponent(here)}`);
  };
  return (
    <span>
      It will act as you, <strong className="font-medium text-ink">{user.username}</strong> ({user.email}).{' '}
      <button type="button" className="rounded text-accent underline" onClick={() => void change()}>
        Use another account
      </button>
    </span>
  );
}
