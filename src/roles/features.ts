import {
  type Accounts,
  createAccounts,
  createPasswordHasher,
  createProfiles,
  type Profiles,
} from '../features/accounts/index.ts';
import { type Comments, createComments } from '../features/comments/index.ts';
import { type ContentsFeature, createContents } from '../features/contents/index.ts';
import { createEngagement, type Engagement } from '../features/engagement/index.ts';
import { createFeed, type Feed } from '../features/feed/index.ts';
import { createFileMedia, type FileMediaFeature } from '../features/file-media/index.ts';
import { createFileSearch, type FileSearch } from '../features/file-search/index.ts';
import { createFiles, type FilesFeature, fileEvents } from '../features/files/index.ts';
import { createGraph, type GraphFeature } from '../features/graph/index.ts';
import { createLive, type Live } from '../features/live/index.ts';
import {
  type Addresses,
  createAddresses,
  createMedia,
  isAddressOf,
  type MediaFeature,
  mediaEvents,
} from '../features/media/index.ts';
import { createModeration, type Moderation } from '../features/moderation/index.ts';
import { notificationJson } from '../features/notifications/http.ts';
import { createNotifications, type Notifications } from '../features/notifications/index.ts';
import { createPosts, type PostsFeature } from '../features/posts/index.ts';
import { createPreviews, type PreviewsFeature } from '../features/previews/index.ts';
import { createPush, type Push } from '../features/push/index.ts';
import { createReactions, type Reactions } from '../features/reactions/index.ts';
import { createSearch, type Search } from '../features/search/index.ts';
import { createTransfers, type TransfersFeature } from '../features/transfers/index.ts';
import { createWebdav, type WebdavFeature } from '../features/webdav/index.ts';
import type { IdSource } from '../lib/ids.ts';
import { RecentChanges } from '../lib/recent-changes.ts';
import { signingKey } from '../lib/signed-requests.ts';
import type { Blobs } from '../ports/blobs/blobs.ts';
import type { Cache } from '../ports/cache/cache.ts';
import type { Clock } from '../ports/clock/clock.ts';
import type { EventLog } from '../ports/log/log.ts';
import type { Mailer } from '../ports/mail/mail.ts';
import type { Packs } from '../ports/packs/packs.ts';
import type { PubSub } from '../ports/pubsub/pubsub.ts';
import type { PushSender } from '../ports/push/push.ts';
import type { Records } from '../ports/records/records.ts';
import type { SearchIndex } from '../ports/search/search.ts';
import type { Timelines } from '../ports/timelines/timelines.ts';
import { feedSignals } from './feed-signals.ts';
import { keptSignals } from './kept-signals.ts';
import { searchScans } from './search-sources.ts';

/** The engines a process works with, whatever they are. */
export interface Ports {
  records: Records;
  log: EventLog;
  timelines: Timelines;
  cache: Cache;
  search: SearchIndex;
  blobs: Blobs;
  packs: Packs;
  pubsub: PubSub;
  mailer: Mailer;
  pushSender: PushSender;
  clock: Clock;
  ids: IdSource;
  /** Other processes work on the same engines, and share what is derived. */
  isShared: boolean;
}

export interface FeatureSettings {
  registration: 'open' | 'invite' | 'closed';
  /** What people type to come here, without a slash at the end. */
  publicUrl: string;
  /** This installation's own; keys what must not be guessed. */
  secret: string;
  /** What one person's photos and videos may take. */
  mediaQuotaBytes: number;
  /** Goes before the addresses of media in posts; may be empty. */
  mediaBaseUrl: string;
  /** Told of failures that no caller sees. */
  report: (error: unknown, doing: string) => void;
}

/** The whole product, bound to its engines; nothing runs yet. */
export interface Features {
  accounts: Accounts;
  profiles: Profiles;
  contents: ContentsFeature;
  graph: GraphFeature;
  files: FilesFeature;
  transfers: TransfersFeature;
  webdav: WebdavFeature;
  fileMedia: FileMediaFeature;
  previews: PreviewsFeature;
  fileSearch: FileSearch;
  media: MediaFeature;
  mediaAddresses: Addresses;
  posts: PostsFeature;
  reactions: Reactions;
  comments: Comments;
  engagement: Engagement;
  moderation: Moderation;
  feed: Feed;
  notifications: Notifications;
  push: Push;
  live: Live;
  search: Search;
}

export function createFeatures(ports: Ports, settings: FeatureSettings): Features {
  const { records, log, clock, ids, cache, timelines, pubsub, mailer } = ports;
  const { report } = settings;
  const changes = new RecentChanges();
  const accounts: Accounts = createAccounts({
    records,
    log,
    clock,
    ids,
    mailer,
    report,
    changes,
    secret: settings.secret,
    avatarUrlOf: async (principal, mediaId) => {
      const former = (await accounts.readAccount(principal.userId))?.avatarUrl ?? null;
      return media.setAvatar(principal, mediaId, former);
    },
    settings: {
      registration: settings.registration,
      publicUrl: settings.publicUrl,
      mediaBaseUrl: settings.mediaBaseUrl,
    },
  });
  const { directory } = accounts;
  const contents = createContents({ records, packs: ports.packs, clock, ids, report });
  const graph = createGraph({
    records,
    log,
    clock,
    ids,
    accounts: directory,
    readAccount: accounts.readAccount,
  });
  const profiles = createProfiles({
    directory,
    parts: {
      followCounts: graph.followCounts,
      relations: graph.relations,
      isBlocked: graph.isBlocked,
      postsCount: (userIds) => posts.authoredCounts(userIds),
    },
  });
  const mediaAddresses = createAddresses({ key: signingKey(settings.secret, 'media'), clock });
  const media: MediaFeature = createMedia({
    records,
    clock,
    ids,
    blobs: ports.blobs,
    settings: { quotaBytes: settings.mediaQuotaBytes, baseUrl: settings.mediaBaseUrl },
    addresses: mediaAddresses,
    otherBytesOf: (ownerId) => files.usedBytesOf(ownerId),
    canSee: async (viewer, { kind, id }, medium) => {
      if (kind === 'avatar') {
        const account = await directory.get(id);
        return account?.state === 'active' && isAddressOf(account.avatarUrl, medium);
      }
      const [card] = await posts.cardsById([id]);
      const seer = viewer && (await graph.viewer(viewer.userId));
      return card !== undefined && (await posts.visible(seer, [card]))[0] === true;
    },
  });
  const files: FilesFeature = createFiles({
    records,
    clock,
    ids,
    contents,
    settings: { quotaBytes: settings.mediaQuotaBytes },
    linksKey: signingKey(settings.secret, 'links to files'),
    passwords: createPasswordHasher({ concurrencyMax: 1 }),
    otherBytesOf: media.usedBytesOf,
    async reaches(ownerId, userId) {
      if ((await directory.get(ownerId))?.state !== 'active') return false;
      if (userId === null) return true;
      const [user, viewer] = await Promise.all([directory.get(userId), graph.viewer(userId)]);
      return user?.state === 'active' && !viewer.blocked.has(ownerId);
    },
  });
  const transfers = createTransfers({ records, clock, contents, files });
  const fileMedia = createFileMedia({ files, contents, media });
  const previews = createPreviews({ records, clock, ids, blobs: ports.blobs, files, contents });
  const fileSearch = createFileSearch({
    records,
    files,
    cursorKey: signingKey(settings.secret, 'cursors of file search'),
    report,
  });
  const webdav = createWebdav({
    records,
    clock,
    files,
    contents,
    transfers,
    usernameOf: async (userId) => (await directory.get(userId))?.username,
  });
  const posts: PostsFeature = createPosts({
    records,
    log,
    cache,
    clock,
    ids,
    graph,
    changes,
    media,
    accounts: directory,
    reactionsOf: (viewerId, postIds) => reactions.of(viewerId, postIds),
  });
  const reactions: Reactions = createReactions({
    changes,
    records,
    log,
    clock,
    ids,
    graph,
    posts,
    accounts: directory,
  });
  const comments = createComments({ records, clock, ids, graph, posts, accounts: directory });
  const engagement = createEngagement({ records, clock, graph, posts });
  const moderation = createModeration({
    records,
    clock,
    ids,
    posts,
    comments,
    accounts: directory,
    closeAccount: accounts.closeAsAdmin,
  });
  const counted = feedSignals(records, engagement);
  // Elsewhere they cost microseconds.
  const signals = ports.isShared ? keptSignals(counted, clock) : counted;
  const feed = createFeed({
    graph,
    posts,
    timelines,
    log,
    clock,
    signals,
    changes,
    report,
    ...(ports.isShared && { subscription: { start: 'stored', group: 'feed-generator' } }),
  });
  const notifications = createNotifications({
    records,
    clock,
    ids,
    sources: {
      accounts: directory,
      graph,
      posts,
      followOf: graph.followOf,
      reactionOf: reactions.reactionOf,
      commentsById: comments.byIds,
      sharedFile: files.standingGrant,
    },
  });
  const push = createPush({
    records,
    clock,
    sender: ports.pushSender,
    accounts: directory,
    sessionsOf: accounts.sessionCredentials,
    notifications,
    report,
  });
  const live = createLive({
    log,
    pubsub,
    clock,
    graph,
    posts,
    report,
    newestNotification: (userId) => notifications.newest(userId),
    notificationJson,
    hintRoutes: { ...mediaEvents, ...fileEvents },
  });
  const search = createSearch({
    index: ports.search,
    log,
    clock,
    graph,
    posts,
    report,
    accounts: directory,
    presentUsers: profiles.present,
    ...searchScans(records),
  });
  return {
    accounts,
    profiles,
    contents,
    graph,
    files,
    transfers,
    webdav,
    fileMedia,
    previews,
    fileSearch,
    media,
    mediaAddresses,
    posts,
    reactions,
    comments,
    engagement,
    moderation,
    feed,
    notifications,
    push,
    live,
    search,
  };
}
