import { createIdSource } from '../lib/ids.ts';
import type { Principal } from '../lib/principal.ts';
import { memoryBlobs } from '../ports/blobs/memory-blobs.ts';
import { memoryCache } from '../ports/cache/memory-cache.ts';
import { manualClock } from '../ports/clock/clock.ts';
import { noMailer } from '../ports/mail/mail.ts';
import { blobPacks } from '../ports/packs/blob-packs.ts';
import { memoryPubSub } from '../ports/pubsub/pubsub.ts';
import { memoryPush } from '../ports/push/push.ts';
import { createMemoryStore } from '../ports/records/memory-store.ts';
import { memorySearch } from '../ports/search/memory-search.ts';
import { createMemoryTimelines } from '../ports/timelines/memory-timelines.ts';
import { createFeatures } from './features.ts';

/** All features together on engines in memory, with people and photos of theirs. */
export function featuresInMemory() {
  const clock = manualClock();
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const blobs = memoryBlobs({ clock });
  const pushSender = memoryPush();
  const ports = {
    records,
    log,
    clock,
    blobs,
    timelines: createMemoryTimelines({ inboxBytesMax: 1_000_000, headBytesMax: 1_000_000 }),
    cache: memoryCache({ charactersMax: 1_000_000 }),
    search: memorySearch(),
    packs: blobPacks(memoryBlobs({ clock })),
    pubsub: memoryPubSub(),
    mailer: noMailer,
    pushSender,
    ids: createIdSource({ nowMs: clock.nowMs }),
    isShared: false,
  };
  const features = createFeatures(ports, {
    registration: 'open',
    publicUrl: 'http://kith.test',
    secret: 's'.repeat(32),
    mediaQuotaBytes: 100_000_000,
    mediaBaseUrl: '',
    report: () => undefined,
  });
  const person = async (username: string): Promise<Principal> => {
    const email = `${username}@example.org`;
    const input = { username, email, password: 'a quiet river at dawn', device: 'a browser' };
    const { token } = await features.accounts.register(input);
    return (await features.accounts.authenticator.byToken(token))!;
  };
  const deps = { ...features, records, clock, blobs, publicUrl: 'http://kith.test' };
  const photo = async (who: Principal, filename: string, bytes: Buffer) => {
    const issue = (path: string) => path;
    const input = { filename, contentType: 'image/png', sizeBytes: bytes.length, issue };
    const { medium } = await features.media.createUpload(who, input);
    await blobs.put(medium.original, bytes, { type: 'image/png' });
    await features.media.get(who, medium.id);
    return medium.id;
  };
  return { ...ports, features, person, photo, deps };
}
