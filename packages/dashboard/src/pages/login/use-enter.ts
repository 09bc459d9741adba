import { useSearch } from '@tanstack/react-router';
import { safeRedirect } from '../../lib/safe-redirect.ts';

/** Goes where signing in was asked for. A new page, since the place may be one that the server itself answers. */
export function useEnter(): () => void {
  const { redirect } = useSearch({ from: '/login' });
  return () => window.location.replace(safeRedirect(redirect, window.location.origin));
}
