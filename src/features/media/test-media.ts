import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { signingKey } from '../../lib/signed-requests.ts';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import {
  type MadeFile,
  type MediaTools,
  MediaToolsError,
  type ProcessedVideo,
} from '../../ports/media-tools/media-tools.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { createAddresses, createMedia, type MediaDeps } from './index.ts';

/** The smallest files that say what they are. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const mp4 = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypisom'),
  Buffer.from([0, 0, 2, 0]),
  Buffer.from('isomiso2'),
  Buffer.alloc(200),
]);

export function mediaWorld({
  quotaBytes = 10_000_000,
  otherBytesOf,
}: {
  quotaBytes?: number;
  otherBytesOf?: MediaDeps['otherBytesOf'];
} = {}) {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const blobsKey = signingKey('secret', 'blobs');
  const blobs = memoryBlobs({ clock, key: blobsKey });
  const addresses = createAddresses({ key: blobsKey, clock });
  let seen: MediaDeps['canSee'] = async () => false;
  const media = createMedia({
    records,
    clock,
    ids,
    blobs,
    settings: { quotaBytes, baseUrl: '' },
    addresses,
    otherBytesOf,
    canSee: (...asked) => seen(...asked),
  });
  const person = (): Principal => ({ userId: ids.next(), isAdmin: false, credentialId: null });
  /** An upload that has arrived. */
  const arrived = async (who: Principal, bytes: Buffer = png, contentType = 'image/png') => {
    const input = { filename: 'a', contentType, sizeBytes: bytes.length, issue: (path: string) => path };
    const { medium } = await media.createUpload(who, input);
    await blobs.put(medium.original, bytes, { type: contentType });
    return media.get(who, medium.id);
  };
  const show = (canSee: MediaDeps['canSee']) => {
    seen = canSee;
  };
  return { clock, ids, records, log, blobs, blobsKey, addresses, media, person, arrived, show };
}

export type MediaWorld = ReturnType<typeof mediaWorld>;

/** Tools that make a few bytes of anything, and can be told to fail. */
export function fakeTools() {
  const state = {
    failure: undefined as MediaToolsError | Error | undefined,
    /** Waited for between a video's first rung and its end. */
    betweenRungs: async (_signal: AbortSignal) => {},
    begun: 0,
  };
  const write = async (folder: string, file: string, type: string): Promise<MadeFile> => {
    await writeFile(join(folder, file), file);
    return { file, type, sizeBytes: file.length };
  };
  const begin = async (file: string): Promise<Buffer> => {
    state.begun++;
    if (state.failure) throw state.failure;
    return readFile(file);
  };
  const tools: MediaTools = {
    async probe(file) {
      const kind = (await readFile(file)).includes('ftyp') ? ('video' as const) : ('image' as const);
      return { kind, type: 'x/x', width: 40, height: 30, isAnimated: false, hasAudio: false };
    },
    async processImage(file, folder, { onProgress }) {
      await begin(file);
      onProgress?.(0.5);
      const variant = async (width: number) => ({
        ...(await write(folder, `w${width}.webp`, 'image/webp')),
        width,
        height: width,
      });
      const variants = [await variant(20), await variant(40)];
      return { variants, thumbhash: 'hash', width: 40, height: 30, isAnimated: false };
    },
    processStill: (file, folder, options) => tools.processImage(file, folder, options),
    async processVideo(file, folder, { onFirstRung, signal }) {
      await begin(file);
      const rung = async (height: number) => ({
        width: height * 2,
        height,
        bitsPerSecond: height * 1000,
        playlist: await write(folder, `${height}.m3u8`, 'application/vnd.apple.mpegurl'),
        segments: [await write(folder, `${height}-1.mp4`, 'video/mp4')],
      });
      const poster = { ...(await write(folder, 'poster.webp', 'image/webp')), width: 40, height: 30 };
      const base = { poster, thumbhash: 'hash', width: 40, height: 30, durationMs: 5000, hasAudio: true };
      const first: ProcessedVideo = {
        ...base,
        renditions: [await rung(20)],
        playlist: await write(folder, 'first.m3u8', 'application/vnd.apple.mpegurl'),
      };
      await onFirstRung?.(first);
      await state.betweenRungs(signal ?? new AbortController().signal);
      if (signal?.aborted) throw new MediaToolsError('interrupted');
      return {
        ...base,
        renditions: [...first.renditions, await rung(30)],
        playlist: await write(folder, 'all.m3u8', 'application/vnd.apple.mpegurl'),
      };
    },
    close: async () => {},
  };
  return { state, tools };
}

export async function withWorker(
  world: MediaWorld,
  body: (bench: {
    worker: ReturnType<MediaWorld['media']['worker']>;
    tools: ReturnType<typeof fakeTools>['state'];
    reported: unknown[];
  }) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'kith-media-work-'));
  const workFolder = join(root, 'own');
  const reported: unknown[] = [];
  const { tools, state } = fakeTools();
  try {
    const report = (error: unknown) => void reported.push(error);
    const worker = world.media.worker({ tools, workFolder, log: world.log, report });
    await body({ worker, tools: state, reported });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
