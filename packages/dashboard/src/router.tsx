import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { hasStatus } from './api.ts';
import { ApplicationsPage } from './pages/applications/applications-page.tsx';
import { ApprovalPage } from './pages/approvals/approval-page.tsx';
import { ApprovalsPage } from './pages/approvals/approvals-page.tsx';
import { ApprovalPolicyPage } from './pages/approvals/policy-page.tsx';
import { AuditPage } from './pages/audit/audit-page.tsx';
import { auditFilterOf } from './pages/audit/filter.ts';
import { ConsentPage } from './pages/consent/consent-page.tsx';
import { DevicePage } from './pages/consent/device-page.tsx';
import { LoginPage } from './pages/login/login-page.tsx';
import { OAuth2AppPage } from './pages/oauth2-apps/oauth2-app-page.tsx';
import { OAuth2AppsPage } from './pages/oauth2-apps/oauth2-apps-page.tsx';
import { PeoplePage } from './pages/people/people-page.tsx';
import { TokensPage } from './pages/tokens/tokens-page.tsx';
import { WorkspacePage } from './pages/workspace/workspace-page.tsx';
import { WorkspacesPage } from './pages/workspaces/workspaces-page.tsx';
import { meQuery, queryClient, whenSignedOut } from './queries.ts';
import { ErrorPage, NotFoundPage } from './shell/problem-pages.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: ErrorPage,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { redirect?: string } =>
    typeof search.redirect === 'string' ? { redirect: search.redirect } : {},
  component: LoginPage,
});

/** Everything below is for signed-in users; others sign in first and come back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (hasStatus(error, 401)) throw redirect({ to: '/login', search: { redirect: location.href } });
      throw error;
    }
  },
});

const shell = createRoute({ getParentRoute: () => signedIn, id: 'shell', component: Shell });

const index = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/workspaces', search: {}, replace: true });
  },
});

const workspaces = createRoute({
  getParentRoute: () => shell,
  path: '/workspaces',
  validateSearch: (search): { filter?: string } =>
    typeof search.filter === 'string' ? { filter: search.filter } : {},
  component: WorkspacesPage,
});

const workspace = createRoute({
  getParentRoute: () => shell,
  path: '/workspaces/$owner/$name',
  component: WorkspacePage,
});

const tokens = createRoute({ getParentRoute: () => shell, path: '/settings/tokens', component: TokensPage });

const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  validateSearch: (search): { organization?: string } =>
    typeof search.organization === 'string' ? { organization: search.organization } : {},
  component: PeoplePage,
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: auditFilterOf,
  component: AuditPage,
});

const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  validateSearch: (search): { user?: string } => (search.user === 'all' ? { user: 'all' } : {}),
  component: ApprovalsPage,
});

const approval = createRoute({
  getParentRoute: () => shell,
  path: '/approvals/$approval',
  component: ApprovalPage,
});

const approvalPolicy = createRoute({
  getParentRoute: () => shell,
  path: '/settings/approvals',
  component: ApprovalPolicyPage,
});

const applications = createRoute({
  getParentRoute: () => shell,
  path: '/settings/applications',
  component: ApplicationsPage,
});

const oauth2Apps = createRoute({
  getParentRoute: () => shell,
  path: '/admin/oauth2',
  component: OAuth2AppsPage,
});

const oauth2App = createRoute({
  getParentRoute: () => shell,
  path: '/admin/oauth2/$app',
  component: OAuth2AppPage,
});

/** Decisions about applications stand alone, so that nothing around them distracts. */
const consent = createRoute({
  getParentRoute: () => signedIn,
  path: '/oauth2/interaction/$uid',
  component: ConsentPage,
});

const device = createRoute({
  getParentRoute: () => signedIn,
  path: '/device',
  validateSearch: (search): { user_code?: string } =>
    typeof search.user_code === 'string' && search.user_code !== '' ? { user_code: search.user_code } : {},
  component: DevicePage,
});

const routeTree = root.addChildren([
  login,
  signedIn.addChildren([
    consent,
    device,
    shell.addChildren([
      index,
      workspaces,
      workspace,
      approvals,
      approval,
      approvalPolicy,
      applications,
      tokens,
      oauth2Apps,
      oauth2App,
      people,
      audit,
    ]),
  ]),
]);

export const router = createRouter({ routeTree, defaultPreload: false });

whenSignedOut(() => {
  const here = router.state.location;
  if (here.pathname !== '/login') void router.navigate({ to: '/login', search: { redirect: here.href } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
