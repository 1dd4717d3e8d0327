import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeSampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { type ApiClient, BrokenPromise } from './api-client.ts';
import type { Random } from './random.ts';

/** What was announced, and what is known of it. */
export interface SentMedium {
  id: string;
  url: string;
  original: Original;
  /** Its bytes were acknowledged: it must never be lost. */
  isAcknowledged: boolean;
  /** Part of a post, or of one that may be there: only what belongs to nothing is taken away. */
  isPosted: boolean;
  expiresAtMs: number;
}
interface Original {
  bytes: Buffer;
  contentType: string;
}

/** One person who sends photos and videos and posts them, until the server is gone. */
export class MediaLoad {
  readonly media: SentMedium[] = [];
  /** By their ids, with their media. */
  readonly posts = new Map<string, string[]>();
  unanswered = 0;
  #token = '';
  #stopped = false;
  readonly #originals: readonly Original[];

  private constructor(originals: readonly Original[]) {
    this.#originals = originals;
  }

  /** Small files of several kinds: what matters is when the end comes, not how much there was to do. */
  static async create(): Promise<MediaLoad> {
    const folder = mkdtempSync(join(tmpdir(), 'kith-torture-media-'));
    try {
      const video = join(folder, 'a.mp4');
      makeSampleVideo({ file: video, seconds: 1, width: 96, height: 64, rate: 10 });
      const raw = { raw: { width: 300, height: 220, channels: 3 as const } };
      const grain = () => sharp(randomBytes(300 * 220 * 3), raw);
      return new MediaLoad([
        { bytes: await grain().jpeg().toBuffer(), contentType: 'image/jpeg' },
        { bytes: await grain().png().toBuffer(), contentType: 'image/png' },
        { bytes: await grain().resize(40, 30).webp().toBuffer(), contentType: 'image/webp' },
        { bytes: readFileSync(video), contentType: 'video/mp4' },
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  get token(): string {
    return this.#token;
  }
  get acknowledged(): SentMedium[] {
    return this.media.filter(({ isAcknowledged }) => isAcknowledged);
  }

  async begin(api: ApiClient): Promise<void> {
    const body = { username: 'anna', email: 'anna@example.org', password: 'correct horse battery staple 7' };
    const answer = await api.send({ method: 'POST', path: '/v1/users', body });
    if (answer === 'unknown' || answer.status !== 201)
      throw new BrokenPromise(`registering: ${show(answer)}`);
    this.#token = answer.body.token;
  }

  /** Sends on several connections until told to stop or the connection is lost. */
  async run(api: ApiClient, random: Random, mediaMax: number): Promise<void> {
    this.#stopped = false;
    const lanes = [1, 2, 3].map(async (lane) => {
      const own = random.fork(`lane ${lane}`);
      while (!this.#stopped && this.media.length < mediaMax) if (!(await this.#sendOne(api, own))) return;
    });
    await Promise.all(lanes);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #sendOne(api: ApiClient, random: Random): Promise<boolean> {
    const original = random.pick(this.#originals);
    const { bytes, contentType } = original;
    const body = { filename: 'a', contentType, sizeBytes: bytes.length };
    const answer = await api.send({ method: 'POST', path: '/v1/uploads', token: this.#token, body });
    if (answer === 'unknown') return false;
    if (answer.status !== 201) throw new BrokenPromise(`announcing: ${show(answer)}`);
    const { mediaId, url, expiresAt } = answer.body;
    const medium: SentMedium = {
      id: mediaId,
      url,
      original,
      isAcknowledged: false,
      isPosted: false,
      expiresAtMs: Date.parse(expiresAt),
    };
    this.media.push(medium);
    const isWhole = !random.chance(0.15);
    if (!(await this.send(api, medium, isWhole))) return !isWhole;
    return random.chance(0.6) ? this.#post(api, medium) : true;
  }

  /** True where the bytes were acknowledged; otherwise nobody knows. `isWhole` false breaks off in the middle. */
  async send({ origin }: ApiClient, medium: SentMedium, isWhole = true): Promise<boolean> {
    // The server listens elsewhere after each start.
    const { pathname, search } = new URL(medium.url);
    const status = await put(origin + pathname + search, medium.original, isWhole);
    if (status === 'unknown') {
      if (isWhole) this.unanswered++;
      return false;
    }
    if (status === 503) return false;
    if (status !== 200) throw new BrokenPromise(`sending ${medium.id} was answered with ${status}`);
    medium.isAcknowledged = true;
    return true;
  }

  async #post(api: ApiClient, medium: SentMedium): Promise<boolean> {
    medium.isPosted = true;
    const body = { mediaIds: [medium.id] };
    const answer = await api.send({ method: 'POST', path: '/v1/posts', token: this.#token, body });
    if (answer === 'unknown') return false;
    if (answer.status !== 201) throw new BrokenPromise(`posting: ${show(answer)}`);
    this.posts.set(answer.body.id, body.mediaIds);
    return true;
  }

  /** What must hold after every start. Half of what went unanswered is sent again. */
  async verify(api: ApiClient, random: Random): Promise<void> {
    for (const medium of this.media) {
      const { state, error } = await api.get(`/v1/media/${medium.id}`, this.#token);
      if (medium.isAcknowledged && state === 'awaiting-upload')
        throw new BrokenPromise(`the acknowledged upload ${medium.id} is lost`);
      if (state === 'failed' && !/could not be prepared/.test(error))
        throw new BrokenPromise(`${medium.id} is said to be bad: ${error}`);
      if (medium.isAcknowledged || Date.now() > medium.expiresAtMs - 5_000 || random.chance(0.5)) continue;
      if (!(await this.send(api, medium))) throw new BrokenPromise(`${medium.id} cannot be sent again`);
    }
    for (const [id, mediaIds] of this.posts) {
      const post = await api.get(`/v1/posts/${id}`, this.#token);
      const found = post.media.map((each: { id: string }) => each.id);
      if (String(found) !== String(mediaIds)) throw new BrokenPromise(`the post ${id} has ${show(post)}`);
    }
  }
}

const show = (value: unknown) => JSON.stringify(value);

function put(url: string, { bytes, contentType }: Original, isWhole: boolean): Promise<number | 'unknown'> {
  return new Promise((resolve) => {
    const headers = { 'content-type': contentType, 'content-length': bytes.length };
    const outgoing = request(url, { method: 'PUT', headers }, (incoming) => {
      incoming.resume();
      incoming.on('error', () => resolve('unknown'));
      incoming.on('end', () => resolve(incoming.complete ? incoming.statusCode! : 'unknown'));
    });
    outgoing.on('error', () => resolve('unknown'));
    if (isWhole) outgoing.end(bytes);
    else outgoing.write(bytes.subarray(0, bytes.length / 2), () => setImmediate(() => outgoing.destroy()));
  });
}
