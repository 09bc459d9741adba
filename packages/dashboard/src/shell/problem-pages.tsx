import { Link, useRouter } from '@tanstack/react-router';
import { hasStatus } from '../api.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Failure } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <p className="text-muted">The address is wrong, or what it showed no longer exists.</p>
      <Link to="/workspaces" className={buttonClass()}>
        Show the workspaces
      </Link>
    </Page>
  );
}

/** A page that could not be shown; what it needed may be there the next time. */
export function ErrorPage({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Page title={hasStatus(error, 404) ? 'Not found' : 'This page could not be shown'}>
      <Failure error={error} />
      <Button onClick={() => void router.invalidate()}>Try again</Button>
    </Page>
  );
}
