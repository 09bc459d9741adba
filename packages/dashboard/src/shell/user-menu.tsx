import type { User } from '@coder/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { buildInfoQuery } from '../queries.ts';
import { storedTheme, storeTheme } from '../theme.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.tsx';

const themes = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

export function UserMenu({ user }: { user: User }) {
  const [theme, setTheme] = useState(storedTheme);
  const { data: info } = useQuery(buildInfoQuery);
  const signOut = useMutation({
    mutationFn: () => api.users.logout(),
    // A new page forgets everything that was loaded for this user.
    onSettled: () => window.location.assign('/login'),
  });
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex h-9 items-center gap-2 rounded-md px-2 hover:bg-sunken"
          aria-label={`Account of ${user.username}`}
        >
          <span
            aria-hidden="true"
            className="flex size-6 items-center justify-center rounded-full bg-accent/15 text-xs font-semibold text-accent uppercase"
          >
            {user.username.slice(0, 1)}
          </span>
          <span className="hidden max-w-32 truncate sm:block">{user.username}</span>
          <Icon name="chevron" className="size-3.5 text-muted" />
        </button>
      }
    >
      <div className="max-w-64 px-2 py-1.5">
        <p className="truncate font-medium">{user.name || user.username}</p>
        <p className="truncate text-[13px] text-muted">{user.email}</p>
      </div>
      <MenuLine />
      <MenuChoices
        label="Theme"
        value={theme}
        choices={themes}
        onChoose={(chosen) => {
          storeTheme(chosen);
          setTheme(chosen);
        }}
      />
      <MenuLine />
      <MenuItem onSelect={() => signOut.mutate()}>Sign out</MenuItem>
      {info && <p className="px-2 pt-1.5 pb-1 text-xs text-muted">Version {info.version}</p>}
    </Menu>
  );
}
