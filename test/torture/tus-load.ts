import { type ApiClient, BrokenPromise } from './api-client.ts';
import { type Contents, sha256Of } from './file-slots.ts';
import type { Random } from './random.ts';
import { readBytes, sendBytes } from './send-bytes.ts';

export const tusFolder = 'uploads';
const place = '/v1/files/uploads';
const tus = { 'tus-resumable': '1.0.0' };
/** Of the files that are done, so many are read at each look. */
const readMax = 3;

interface Going {
  path: string;
  name: string;
  bytes: Buffer;
  acknowledged: number;
}

/** Uploads in parts, one after another, each going on after whatever came between. */
export class TusLoad {
  readonly #contents: Contents;
  #going: Going | undefined;
  #done: { name: string; sha256: string }[] = [];
  #begun = 0;
  #token = '';
  /** What its folder held at the last look. */
  listed: { id: string; folder: string; name: string; versionId: string }[] = [];

  constructor(contents: Contents) {
    this.#contents = contents;
  }

  begin(token: string): void {
    this.#token = token;
  }

  get count(): number {
    return this.#done.length;
  }

  /** False where the server is gone. */
  async step(origin: string, random: Random): Promise<boolean> {
    const token = this.#token;
    if (!this.#going) return this.#begin(origin, random);
    const going = this.#going;
    const from = going.acknowledged;
    const bytes = going.bytes.subarray(from, from + 50_000 + random.below(900_000));
    const cutAfter = random.chance(0.3) ? random.below(bytes.length) : undefined;
    const headers = {
      ...tus,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(from),
    };
    const answer = await sendBytes(origin, {
      method: 'PATCH',
      path: going.path,
      token,
      headers,
      bytes,
      cutAfter,
    });
    if (answer === 'unknown') return cutAfter !== undefined && (await this.#look(origin));
    if (answer.status === 503 || answer.status === 507) return true;
    if (answer.status === 409) return this.#look(origin);
    if (answer.status !== 204) throw new BrokenPromise(`a part: ${answer.status} ${answer.body}`);
    this.#stands(going, Number(answer.headers['upload-offset']));
    return true;
  }

  async #begin(origin: string, random: Random): Promise<boolean> {
    const bytes = this.#contents.next(random);
    const name = `t${this.#begun++}`;
    const path = Buffer.from(`/${tusFolder}/${name}`).toString('base64');
    const headers = { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': `path ${path}` };
    const answer = await sendBytes(origin, { method: 'POST', path: place, token: this.#token, headers });
    if (answer === 'unknown') return false;
    if (answer.status === 503 || answer.status === 507) return true;
    if (answer.status !== 201)
      throw new BrokenPromise(`beginning an upload: ${answer.status} ${answer.body}`);
    this.#going = { path: String(answer.headers['location']), name, bytes, acknowledged: 0 };
    return true;
  }

  /** Asks how far it is: what was acknowledged is there. */
  async #look(origin: string): Promise<boolean> {
    const going = this.#going;
    if (!going) return true;
    const answer = await sendBytes(origin, {
      method: 'HEAD',
      path: going.path,
      token: this.#token,
      headers: tus,
    });
    if (answer === 'unknown') return false;
    // All bytes may be there and no room to say so.
    if (answer.status === 503 || answer.status === 507) return true;
    if (answer.status !== 200)
      throw new BrokenPromise(`the upload of ${going.name} is answered with ${answer.status}`);
    const offset = Number(answer.headers['upload-offset']);
    if (offset < going.acknowledged)
      throw new BrokenPromise(`${going.name} stands at ${offset} after ${going.acknowledged}`);
    this.#stands(going, offset);
    return true;
  }

  #stands(going: Going, offset: number): void {
    going.acknowledged = offset;
    if (offset < going.bytes.length) return;
    this.#done.push({ name: going.name, sha256: sha256Of(going.bytes) });
    this.#going = undefined;
  }

  async verify(api: ApiClient, folderId: string, random: Random, isFull: boolean): Promise<void> {
    if (!(await this.#look(api.origin))) throw new BrokenPromise('an upload cannot be asked about');
    const nodes = await listFolder(api, folderId, this.#token);
    this.listed = nodes.map((node) => ({ ...node, folder: tusFolder }));
    const byName = new Map(nodes.map((node) => [node.name, node]));
    for (const [i, { name, sha256 }] of this.#done.entries()) {
      const node = byName.get(name);
      if (!node) throw new BrokenPromise(`the finished upload ${name} is gone`);
      if (node.sha256 !== null && node.sha256 !== sha256)
        throw new BrokenPromise(`${name} is ${node.sha256}`);
      const isRead = isFull || i === this.#done.length - 1 || random.chance(readMax / this.#done.length);
      if (!isRead) continue;
      const path = `/v1/files/${node.id}/content`;
      const answer = await readBytes(api.origin, { path, token: this.#token });
      if (answer === 'unknown' || answer.status !== 200 || sha256Of(answer.body) !== sha256)
        throw new BrokenPromise(`${name} came back as something else`);
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: nodes as the interface has them.
export async function listFolder(api: ApiClient, parentId: string, token: string): Promise<any[]> {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const items: any[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page = await api.get(`/v1/files?parentId=${parentId}&limit=100${query}`, token);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
