import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { HomePage } from '../pages/home.tsx';
import { NotHere } from '../pages/not-here.tsx';
import { WelcomePage } from '../pages/welcome.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { me } from '../state/session.ts';
import { Frame } from './frame.tsx';
import { homeAhead, postAhead, profileAhead } from './take-over.ts';

const root = createRootRoute({ component: Frame, notFoundComponent: () => <NotHere /> });

/** Pages that nobody sees without an account. */
const forOwners = () => {
  if (!me()) throw redirect({ to: '/welcome' });
};
/** Pages that whoever is logged in has no use for. */
const forStrangers = () => {
  if (me()) throw redirect({ to: '/' });
};
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value ? value : undefined;
const parent = () => root;

const home = createRoute({
  getParentRoute: parent,
  path: '/',
  component: HomePage,
  beforeLoad: forOwners,
  loader: homeAhead,
});

const welcome = createRoute({
  getParentRoute: parent,
  path: '/welcome',
  beforeLoad: forStrangers,
  component: WelcomePage,
});
const register = createRoute({
  getParentRoute: parent,
  path: '/register',
  beforeLoad: forStrangers,
  validateSearch: (search): { invitation?: string } => {
    const invitation = textOf(search['invitation']);
    return invitation === undefined ? {} : { invitation };
  },
  component: lazyRouteComponent(() => import('../pages/register.tsx'), 'RegisterPage'),
});
const login = createRoute({
  getParentRoute: parent,
  path: '/login',
  beforeLoad: forStrangers,
  component: lazyRouteComponent(() => import('../pages/login.tsx'), 'LoginPage'),
});
const askReset = createRoute({
  getParentRoute: parent,
  path: '/reset',
  component: lazyRouteComponent(() => import('../pages/reset.tsx'), 'AskResetPage'),
});
const reset = createRoute({
  getParentRoute: parent,
  path: '/reset/$token',
  component: lazyRouteComponent(() => import('../pages/reset.tsx'), 'ResetPage'),
});
const post = createRoute({
  getParentRoute: parent,
  path: '/p/$id',
  loader: postAhead,
  component: lazyRouteComponent(() => import('../pages/post.tsx'), 'PostPage'),
});
const profile = createRoute({
  getParentRoute: parent,
  path: '/@{$username}',
  validateSearch: (given): { view?: 'photos' } => (given['view'] === 'photos' ? { view: 'photos' } : {}),
  loader: profileAhead,
  component: lazyRouteComponent(() => import('../pages/profile.tsx'), 'ProfilePage'),
});
const followers = createRoute({
  getParentRoute: parent,
  path: '/@{$username}/followers',
  component: lazyRouteComponent(() => import('../pages/people.tsx'), 'FollowersPage'),
});
const following = createRoute({
  getParentRoute: parent,
  path: '/@{$username}/following',
  component: lazyRouteComponent(() => import('../pages/people.tsx'), 'FollowingPage'),
});
const views = ['posts', 'people', 'tags'] as const;
const search = createRoute({
  getParentRoute: parent,
  path: '/search',
  validateSearch: (given): { q?: string; view?: (typeof views)[number] } => {
    const q = textOf(given['q']);
    const view = views.find((each) => each === given['view']);
    return { ...(q !== undefined && { q }), ...(view && { view }) };
  },
  beforeLoad: forOwners,
  component: lazyRouteComponent(() => import('../pages/search.tsx'), 'SearchPage'),
});
const notifications = createRoute({
  getParentRoute: parent,
  path: '/notifications',
  beforeLoad: forOwners,
  component: lazyRouteComponent(() => import('../pages/notifications.tsx'), 'NotificationsPage'),
});
const requests = createRoute({
  getParentRoute: parent,
  path: '/requests',
  beforeLoad: forOwners,
  component: lazyRouteComponent(() => import('../pages/requests.tsx'), 'RequestsPage'),
});

const adminViews = ['reports', 'accounts', 'invitations', 'server'] as const;
const admin = createRoute({
  getParentRoute: parent,
  path: '/admin',
  validateSearch: (given): { view?: (typeof adminViews)[number] } => {
    const view = adminViews.find((each) => each === given['view']);
    return view ? { view } : {};
  },
  beforeLoad: forOwners,
  component: lazyRouteComponent(() => import('../pages/admin.tsx'), 'AdminPage'),
});

/** What is looked for in a folder and below it. */
const fileQuery = (search: Record<string, unknown>): { q?: string } => {
  const q = textOf(search['q']);
  return q === undefined ? {} : { q };
};
const filesPages = () => import('../pages/files/index.ts');
const files = createRoute({
  getParentRoute: parent,
  path: '/files',
  validateSearch: fileQuery,
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'FilesPage'),
});
const filesIn = createRoute({
  getParentRoute: parent,
  path: '/files/in/$',
  validateSearch: fileQuery,
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'FilesPage'),
});
const filesShared = createRoute({
  getParentRoute: parent,
  path: '/files/shared',
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'SharedPage'),
});
const filesSharedFolder = createRoute({
  getParentRoute: parent,
  path: '/files/shared/$id',
  validateSearch: fileQuery,
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'SharedFolderPage'),
});
const filesSnapshots = createRoute({
  getParentRoute: parent,
  path: '/files/snapshots',
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'SnapshotsPage'),
});
const filesSnapshot = createRoute({
  getParentRoute: parent,
  path: '/files/snapshots/$id',
  // The snapshot `at` is a moment.
  validateSearch: (search): { path?: string; at?: string } => {
    const [path, at] = [textOf(search['path']), textOf(search['at'])];
    const isMoment = at !== undefined && Number.isFinite(Date.parse(at));
    return { ...(path !== undefined && { path }), ...(isMoment && { at }) };
  },
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'SnapshotPage'),
});
const filesTrash = createRoute({
  getParentRoute: parent,
  path: '/files/trash',
  beforeLoad: forOwners,
  component: lazyRouteComponent(filesPages, 'TrashPage'),
});

const settingsPages = () => import('../pages/settings/index.ts');
const settings = createRoute({
  getParentRoute: parent,
  path: '/settings',
  beforeLoad: forOwners,
  component: lazyRouteComponent(settingsPages, 'SettingsPage'),
});
type SettingsPages = Awaited<ReturnType<typeof settingsPages>>;
const setting = <Path extends string>(path: Path, name: keyof SettingsPages) =>
  createRoute({
    getParentRoute: () => settings,
    path,
    component: lazyRouteComponent(settingsPages, name),
  });

const routeTree = root.addChildren([
  home,
  welcome,
  register,
  login,
  askReset,
  reset,
  post,
  profile,
  followers,
  following,
  search,
  notifications,
  requests,
  admin,
  files,
  filesIn,
  filesShared,
  filesSharedFolder,
  filesSnapshots,
  filesSnapshot,
  filesTrash,
  settings.addChildren([
    setting('/', 'ProfileSettings'),
    setting('/privacy', 'PrivacySettings'),
    setting('/account', 'AccountSettings'),
    setting('/sessions', 'SessionSettings'),
    setting('/app-passwords', 'AppPasswordSettings'),
    setting('/people', 'PeopleSettings'),
    setting('/look', 'LookSettings'),
  ]),
]);

/** A page's file is fetched when somebody is about to go there. */
export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error }) => <Problem error={error} onRetry={() => location.reload()} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
