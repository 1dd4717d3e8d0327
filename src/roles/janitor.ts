import { performance } from 'node:perf_hooks';
import { createExpirySteps } from '../features/accounts/index.ts';
import { createContentSteps } from '../features/contents/index.ts';
import { createJanitor, type Janitor } from '../features/janitor/index.ts';
import { isAddressOf } from '../features/media/index.ts';
import { createMeasureSteps } from '../features/overview/index.ts';
import type { Features, Ports } from './features.ts';

/** A process that spends less than this share of its time working counts as idle. */
const busyShareMax = 0.5;

/** Tidies in the background while this process has little else to do. */
export function createJanitorRole(
  {
    records,
    log,
    clock,
    ids,
    blobs,
    packs,
  }: Pick<Ports, 'records' | 'log' | 'clock' | 'ids' | 'blobs' | 'packs'>,
  {
    accounts,
    contents,
    files,
    fileSearch,
    transfers,
    webdav,
    graph,
    media,
    posts,
    comments,
    reactions,
    engagement,
    moderation,
    notifications,
    push,
  }: Features,
  report: (error: unknown, doing: string) => void,
): Janitor {
  return createJanitor({
    records,
    log,
    clock,
    ids,
    posts,
    comments,
    reactions,
    accounts,
    report,
    directory: accounts.directory,
    // Notifications last: what is taken away before changes lists.
    erasers: [
      engagement.eraseOf,
      moderation.eraseOf,
      media.eraseOf,
      // Before the journal that it follows goes.
      fileSearch.eraseOf,
      files.eraseOf,
      webdav.eraseOf,
      graph.eraseOf,
      push.eraseOf,
      notifications.eraseOf,
    ],
    steps: [
      ...createExpirySteps({ records, clock }),
      ...createMeasureSteps({ records, clock, blobs, packs }),
      ...media.purgeSteps({
        async isUsed({ kind, id }, mediaId) {
          if (kind === 'post') return (await posts.get(id))?.mediaIds.includes(mediaId) === true;
          const [account, medium] = await Promise.all([accounts.readAccount(id), media.find(mediaId)]);
          return medium !== undefined && isAddressOf(account?.avatarUrl ?? null, medium);
        },
        report,
      }),
      ...files.tendSteps(),
      ...createContentSteps(contents, clock),
      ...webdav.steps(),
      { doing: 'forgetting uploads', run: () => transfers.forgetUploads() },
    ],
    isIdle: createIdleness(),
  });
}

/** Looks at how busy the event loop was since the last time it was asked. */
function createIdleness(): () => boolean {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization < busyShareMax;
  };
}
