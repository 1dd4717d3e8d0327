import { type ApiClient, BrokenPromise } from './api-client.ts';
import { Contents, FollowedDrive, folders, Slot, type State, sha256Of } from './file-slots.ts';
import type { Random } from './random.ts';
import { type BytesAnswer, type BytesCall, readBytes, sendBytes } from './send-bytes.ts';
import { listFolder, TusLoad, tusFolder } from './tus-load.ts';

const lanes = 4;
const slotsPerLane = 14;
/** Contents read at each look, beside those changed lately. */
const readsPerLook = 8;

/** One person whose devices put, change, move, delete and put back files, until the server is gone. */
export class FilesLoad {
  readonly slots = Array.from({ length: lanes * slotsPerLane }, (_, i) => new Slot(`s${i}`));
  readonly tus: TusLoad;
  readonly contents = new Contents();
  acknowledged = 0;
  unanswered = 0;
  /** For want of room. */
  refused = 0;
  #token = '';
  #isStopped = false;

  constructor() {
    this.tus = new TusLoad(this.contents);
  }

  get token(): string {
    return this.#token;
  }

  async begin(api: ApiClient): Promise<void> {
    const body = { username: 'anna', email: 'anna@example.org', password: 'correct horse battery staple 7' };
    const answer = await api.send({ method: 'POST', path: '/v1/users', body });
    if (answer === 'unknown' || answer.status !== 201)
      throw new BrokenPromise(`registering: ${show(answer)}`);
    this.#token = answer.body.token;
    this.tus.begin(this.#token);
    for (const name of [...folders, tusFolder]) {
      const made = await api.send({
        method: 'POST',
        path: '/v1/folders',
        token: this.#token,
        body: { path: `/${name}` },
      });
      if (made === 'unknown' || made.status !== 201) throw new BrokenPromise(`a folder: ${show(made)}`);
    }
  }

  async run(api: ApiClient, random: Random): Promise<void> {
    this.#isStopped = false;
    const work = Array.from({ length: lanes }, async (_, lane) => {
      const own = random.fork(`lane ${lane}`);
      const slots = this.slots.filter((_slot, i) => i % lanes === lane);
      while (!this.#isStopped) if (!(await this.#one(api, own, own.pick(slots)))) return;
    });
    const sending = async () => {
      const own = random.fork('tus');
      while (!this.#isStopped) if (!(await this.tus.step(api.origin, own))) return;
    };
    await Promise.all([...work, sending()]);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** False where the server is gone. What is not sure any more is left alone until the next look. */
  async #one(api: ApiClient, random: Random, slot: Slot): Promise<boolean> {
    if (slot.state.sure === undefined) return new Promise((resolve) => setImmediate(() => resolve(true)));
    slot.isTouched = true;
    const { place } = slot;
    if (!place) {
      if (slot.isTrashed && slot.nodeId && random.chance(0.7)) return this.#fromTrash(api, random, slot);
      return this.#put(api, random, slot, `${random.pick(folders)}/${slot.name}`);
    }
    const choice = random.next();
    if (choice < 0.5 || !slot.nodeId) return this.#put(api, random, slot, place.path);
    if (choice < 0.7) return this.#move(api, random, slot, place);
    if (choice < 0.8 && slot.versions.length > 1) return this.#goBack(api, random, slot, place);
    return this.#delete(api, slot);
  }

  async #put(api: ApiClient, random: Random, slot: Slot, path: string): Promise<boolean> {
    const bytes = this.contents.next(random);
    const sha256 = sha256Of(bytes);
    const cutAfter = random.chance(0.08) ? random.below(bytes.length) : undefined;
    const call = { method: 'PUT', path: `/v1/files/content?path=/${path}`, bytes, cutAfter } as const;
    const answer = await this.#bytes(api, call);
    if (answer === 'unknown') {
      this.#lost(slot, `${path} ${sha256}`);
      return cutAfter !== undefined;
    }
    if (this.#isRefused(answer.status)) return true;
    if (answer.status > 201) throw new BrokenPromise(`a PUT: ${answer.status} ${answer.body}`);
    const node = JSON.parse(answer.body.toString());
    if (node.sha256 !== sha256) throw new BrokenPromise(`${path} was stored as ${node.sha256}`);
    if (slot.nodeId !== node.id) slot.versions = [];
    slot.nodeId = node.id;
    slot.isTrashed = false;
    slot.versions.push({ nodeId: node.id, versionId: node.versionId, sha256 });
    return this.#done(slot, `${path} ${sha256}`);
  }

  async #move(api: ApiClient, random: Random, slot: Slot, place: { sha256: string }): Promise<boolean> {
    const folder = random.pick(folders);
    const name = random.chance(0.5) ? slot.name : `${slot.name}-b`;
    const parentId = this.#folderIds.get(folder);
    if (!parentId) return true;
    const next = `${folder}/${name} ${place.sha256}`;
    return this.#json(api, slot, next, 'PATCH', `/v1/files/${slot.nodeId}`, { name, parentId });
  }

  async #goBack(api: ApiClient, random: Random, slot: Slot, place: { path: string }): Promise<boolean> {
    const version = random.pick(slot.versions.filter(({ nodeId }) => nodeId === slot.nodeId));
    if (!version) return true;
    const path = `/v1/files/${slot.nodeId}/versions/${version.versionId}/restore`;
    return this.#json(api, slot, `${place.path} ${version.sha256}`, 'POST', path, {});
  }

  async #delete(api: ApiClient, slot: Slot): Promise<boolean> {
    const isAlive = await this.#json(api, slot, null, 'DELETE', `/v1/files/${slot.nodeId}`);
    if (slot.state.sure === null) slot.isTrashed = true;
    return isAlive;
  }

  async #fromTrash(api: ApiClient, random: Random, slot: Slot): Promise<boolean> {
    const path = `/v1/trash/${slot.nodeId}`;
    slot.isTrashed = false;
    if (random.chance(0.5)) {
      // For good: with it go its versions.
      slot.versions = [];
      slot.nodeId = undefined;
      return this.#json(api, slot, null, 'DELETE', path);
    }
    const answer = await api.send({ method: 'POST', path: `${path}/restore`, token: this.#token });
    if (answer === 'unknown') {
      // Where it lay before is known to the server alone: the next look takes whatever it finds of its own versions.
      for (const folder of folders)
        for (const name of [slot.name, `${slot.name}-b`])
          for (const { sha256 } of slot.versions) slot.state.unanswered(`${folder}/${name} ${sha256}`);
      return this.#lost(slot, null);
    }
    if (this.#isRefused(answer.status)) return true;
    if (answer.status !== 200) throw new BrokenPromise(`putting back: ${show(answer)}`);
    const { name, parentId, sha256 } = answer.body;
    const folder = [...this.#folderIds].find(([, id]) => id === parentId)?.[0];
    return this.#done(slot, `${folder}/${name} ${sha256}`);
  }

  async #json(
    api: ApiClient,
    slot: Slot,
    next: State,
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<boolean> {
    const answer = await api.send({ method, path, token: this.#token, ...(body && { body }) });
    if (answer === 'unknown') return this.#lost(slot, next);
    if (this.#isRefused(answer.status)) return true;
    if (answer.status > 204) throw new BrokenPromise(`${method} ${path}: ${show(answer)}`);
    return this.#done(slot, next);
  }

  #isRefused(status: number): boolean {
    const isRefused = status === 503 || status === 507;
    if (isRefused) this.refused++;
    return isRefused;
  }

  #done(slot: Slot, next: State): true {
    this.acknowledged++;
    slot.state.acknowledged(next);
    return true;
  }

  #lost(slot: Slot, next: State): boolean {
    this.unanswered++;
    slot.state.unanswered(next);
    return false;
  }

  #folderIds = new Map<string, string>();

  #bytes(api: ApiClient, call: Omit<BytesCall, 'token'>): Promise<BytesAnswer | 'unknown'> {
    return sendBytes(api.origin, { ...call, token: this.#token });
  }

  /** What must hold after every start: each file is where and what it should be, once; its bytes are right. */
  async verify(api: ApiClient, random: Random, isFull: boolean): Promise<void> {
    const root = await api.list('/v1/files', this.#token);
    this.#folderIds = new Map(root.map(({ name, id }) => [name, id]));
    const listed: { id: string; folder: string; name: string; versionId: string; sha256: string | null }[] =
      [];
    for (const folder of folders) {
      const id = this.#folderIds.get(folder);
      if (!id) throw new BrokenPromise(`the folder ${folder} is gone`);
      for (const node of await listFolder(api, id, this.#token)) listed.push({ ...node, folder });
    }
    const slotOf = new Map(
      this.slots.flatMap((slot) => [[slot.name, slot] as const, [`${slot.name}-b`, slot]]),
    );
    for (const slot of this.slots) {
      const found = listed.filter(({ name }) => slotOf.get(name) === slot);
      if (found.length > 1) throw new BrokenPromise(`${slot.name} is there ${found.length} times`);
      const [node] = found;
      slot.state.seen(node ? `${node.folder}/${node.name} ${node.sha256}` : null, slot.name);
      if (!node) slot.isTrashed &&= slot.nodeId !== undefined;
      else if (slot.nodeId !== node.id || slot.isTrashed) {
        slot.nodeId = node.id;
        slot.isTrashed = false;
        slot.versions = slot.versions.filter(({ nodeId }) => nodeId === node.id);
      }
    }
    const there = this.slots.filter(({ place }) => place);
    const read = there.filter(
      (slot) => isFull || slot.isTouched || random.chance(readsPerLook / there.length),
    );
    for (const slot of read)
      await this.#expectBytes(api, `/v1/files/${slot.nodeId}/content`, slot.place!.sha256);
    for (const { versions } of this.slots)
      for (const { nodeId, versionId, sha256 } of versions)
        if (isFull || random.chance(0.05))
          await this.#expectBytes(api, `/v1/files/${nodeId}/content?versionId=${versionId}`, sha256, 404);
    for (const slot of this.slots) slot.isTouched = false;
    const uploads = this.#folderIds.get(tusFolder);
    if (!uploads) throw new BrokenPromise('the folder of uploads is gone');
    await this.tus.verify(api, uploads, random, isFull);
    if (isFull) await this.#followJournal(api, listed);
  }

  /** A version of a node in the trash is not to be had: 404 is told of those only. */
  async #expectBytes(api: ApiClient, path: string, sha256: string, orStatus?: number): Promise<void> {
    const answer = await readBytes(api.origin, { path, token: this.#token });
    if (answer === 'unknown') throw new BrokenPromise(`${path}: the connection failed`);
    if (answer.status === orStatus && this.#isInTrash(path)) return;
    if (answer.status !== 200) throw new BrokenPromise(`${path}: ${answer.status} ${answer.body}`);
    const found = sha256Of(answer.body);
    if (found !== sha256) throw new BrokenPromise(`${path} has ${found} instead of ${sha256}`);
  }

  #isInTrash(path: string): boolean {
    return this.slots.some(({ nodeId, place }) => !place && nodeId !== undefined && path.includes(nodeId));
  }

  async #followJournal(
    api: ApiClient,
    listed: readonly { id: string; folder: string; name: string; versionId: string }[],
  ): Promise<void> {
    const drive = new FollowedDrive();
    let cursor = '';
    for (let hasMore = true; hasMore; ) {
      const query = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page = await api.get(`/v1/changes?limit=100${query}`, this.#token);
      for (const change of page.items) drive.apply(change);
      ({ hasMore } = page);
      cursor = page.nextCursor;
    }
    drive.expectSame([...listed, ...this.tus.listed]);
  }
}

const show = (value: unknown) => JSON.stringify(value);
