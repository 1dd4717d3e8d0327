import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { RecordsError, type Row, type Write, write } from '../../ports/records/records.ts';
import { type Checksums, sha256Of } from './checksums.ts';
import { type ContentRows, heldMs } from './contents.ts';
import type { ContentsContext } from './context.ts';
import type { CutChunk } from './growing-chunk.ts';
import { attemptsMax, holdChunk, holdLeftMsMin } from './hold-chunk.ts';
import { type PlacedChunk, placeChunk, replaceDamaged } from './place-chunk.ts';
import {
  type ChunkRef,
  type ChunkRow,
  type ContentRow,
  chunks,
  chunkUses,
  contentPages,
  contents,
  contentsToVerify,
  verifyShard,
} from './tables.ts';

/** Chunks in one page of a manifest: with each a claim and a use, they fit in one commit. */
export const pageChunksMax = 30;
/** A page is committed this long after its first chunk was placed at the latest, well before holds end. */
const pageOpenMsMax = holdLeftMsMin / 2;

/** Contents of so many chunks may be left for another commit to write: it has room for others as well. */
const chunksLeftMax = 1;

export const byteKey = (byte: number): string => String(byte).padStart(16, '0');

/** What one commit writes of a content. */
interface ContentPage {
  row: ContentRow;
  placed: readonly PlacedChunk[];
  then: Write[];
  isToVerify: boolean;
}

export interface WriterStart {
  ownerId: Id;
  contentId: Id;
  /** Of a content begun before. */
  row?: Row<ContentRow> | undefined;
  /** What the row says of an upload while it goes on. */
  upload?: ContentRow['upload'];
}

/** Writes one content, chunk by chunk: places them at the same time, and commits their names page by page, in order. */
export class ContentWriter {
  readonly #context: ContentsContext;
  readonly #start: WriterStart;
  #row: ContentRow | undefined;
  #version: number;
  #placing: Promise<PlacedChunk>[] = [];
  #committing: Promise<void> = Promise.resolve();
  /** Of the one chunk there is, as long as there is one. */
  #only: Promise<Checksums> | undefined;
  /** Named in pages or about to be. */
  #sizeBytes: number;

  constructor(context: ContentsContext, start: WriterStart) {
    this.#context = context;
    this.#start = start;
    this.#row = start.row?.value;
    this.#version = start.row?.version ?? 0;
    this.#sizeBytes = this.#row?.sizeBytes ?? 0;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Releases the chunk when it is stored. Waits while too much is on its way. */
  async add(chunk: CutChunk): Promise<void> {
    const { storing } = this.#context.memory;
    const room = storing.take(chunk.sizeBytes);
    if (room) await room;
    const from = this.#sizeBytes;
    this.#sizeBytes += chunk.sizeBytes;
    const isAll = from === 0 && !chunk.isFollowed;
    const part = isAll ? undefined : { stream: this.#start.contentId, from };
    const sums = this.#context.memory.checksums.of(chunk, part);
    this.#only = isAll ? sums : undefined;
    const placing = sums
      .then((known) => placeChunk(this.#context, chunk, known))
      .finally(() => {
        chunk.release();
        storing.give(chunk.sizeBytes);
      });
    // Looked at when its page is committed.
    placing.catch(() => undefined);
    await this.#put(placing);
  }

  /** A chunk that is there already and held. */
  async name(chunk: PlacedChunk): Promise<void> {
    this.#sizeBytes += chunk.sizeBytes;
    await this.#put(Promise.resolve(chunk));
  }

  /** Of all that was added, if known. */
  async sha256(): Promise<string | null> {
    if (this.#sizeBytes === 0) return sha256Of([]);
    if (this.#only) return (await this.#only).sha256;
    return this.#context.memory.checksums.whole(this.#start.contentId, this.#sizeBytes);
  }

  /** Makes what was added durable as part of an upload that goes on. */
  async save(upload: NonNullable<ContentRow['upload']>, heldUntilMs: number): Promise<Row<ContentRow>> {
    await this.#committing;
    await this.#commitPage(this.#placing.splice(0), { upload, heldUntilMs });
    return { key: [this.#start.contentId], value: this.#row!, version: this.#version };
  }

  /** Ends the content: it is whole. */
  async finish(sha256: string | null): Promise<ContentRow> {
    const { row, rows } = await this.end(sha256);
    await rows?.write();
    return row;
  }

  /** The same, but where that is worth it the rows are left for the commit that uses the content first. */
  async end(sha256: string | null): Promise<{ row: ContentRow; rows?: ContentRows }> {
    await this.#committing;
    const next = { sha256, heldUntilMs: this.#context.clock.nowMs() + heldMs };
    const placing = this.#placing.splice(0);
    const isLeft = this.#row === undefined && placing.length <= chunksLeftMax;
    if (isLeft && this.#context.records.commitsWhole && sha256 !== null) {
      const page = this.#pageOf(await Promise.all(placing), next);
      return { row: page.row, rows: this.#leave(page) };
    }
    await this.#commitPage(placing, next);
    return { row: this.#row! };
  }

  /** Waits until nothing is on its way, for better or worse. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#placing, this.#committing]);
  }

  async #put(placing: Promise<PlacedChunk>): Promise<void> {
    this.#placing.push(placing);
    // The page goes when the next chunk shows that it is not the last: most contents are one row and one commit.
    if (this.#placing.length <= pageChunksMax) return;
    await this.#committing;
    const page = this.#placing.splice(0, pageChunksMax);
    this.#committing = this.#commitPage(page, {
      upload: this.#start.upload ?? { tail: [] },
      heldUntilMs: this.#context.clock.nowMs() + heldMs,
    });
    this.#committing.catch(() => undefined);
  }

  async #commitPage(
    placing: readonly Promise<PlacedChunk>[],
    next: Pick<ContentRow, 'heldUntilMs'> & Partial<ContentRow>,
  ): Promise<void> {
    const page = this.#pageOf(await Promise.all(placing), next);
    await this.#commit(page);
    if (page.isToVerify) this.#context.pokeVerifier();
    this.#row = page.row;
    this.#version++;
  }

  #pageOf(
    placed: readonly PlacedChunk[],
    next: Pick<ContentRow, 'heldUntilMs'> & Partial<ContentRow>,
  ): ContentPage {
    const { contentId, ownerId } = this.#start;
    const before = this.#row?.sizeBytes ?? 0;
    const refs = placed.map(({ sha256, sizeBytes }): ChunkRef => [sha256, sizeBytes]);
    const isWholeInOne = this.#row === undefined && next.upload === undefined;
    const row: ContentRow = {
      ownerId,
      sizeBytes: before + refs.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0),
      sha256: null,
      ...(isWholeInOne && { chunks: refs }),
      ...next,
      // What was promised to an upload holds, whatever comes between its bytes and what is made of them.
      heldUntilMs: Math.max(this.#row?.heldUntilMs ?? 0, next.heldUntilMs),
    };
    const isToVerify = next.upload === undefined && next.sha256 === null;
    const used = new Set(refs.map(([sha256]) => sha256));
    const then = [...used].map((sha256) => write.put(chunkUses, [sha256, ownerId, contentId], {}));
    if (!isWholeInOne && refs.length > 0)
      then.push(write.put(contentPages, [contentId, byteKey(before)], { chunks: refs }));
    if (isToVerify) then.push(write.put(contentsToVerify, [verifyShard, contentId], {}));
    return { row, placed, then, isToVerify };
  }

  #leave(page: ContentPage): ContentRows {
    const own = write.insert(contents, [this.#start.contentId], page.row);
    let writing: Promise<void> | undefined;
    let isWritten = false;
    return {
      claims: [...chunkInserts(freshChunks(page)), own],
      then: page.then,
      check: () => this.#checkAge(page),
      write: () => {
        writing ??= this.#commit(page).then(() => {
          isWritten = true;
        });
        return writing;
      },
      get isWritten() {
        return isWritten;
      },
    };
  }

  async #commit({ row, placed, then }: ContentPage): Promise<void> {
    const { records } = this.#context;
    const { contentId } = this.#start;
    const fresh = freshChunks({ placed });
    const key = [contentId];
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      this.#checkAge({ placed });
      const own = this.#version
        ? write.replace(contents, key, row, this.#version)
        : write.insert(contents, key, row);
      const result = await records.commit({
        claims: chunkInserts(fresh),
        decide: [own],
        then,
        hints: [
          { kind: row.upload ? 'content.growing' : 'content.stored', key: contentId, data: { contentId } },
        ],
      });
      if (result.ok) return;
      if (result.conflict === own) throw somebodyElse();
      await this.#alreadyThere(result.conflict.key[0]!, fresh);
    }
    throw new Error('chunks come and go all the time');
  }

  #checkAge({ placed }: Pick<ContentPage, 'placed'>): void {
    if (placed[0] && this.#context.clock.nowMs() - placed[0].placedAtMs > pageOpenMsMax)
      throw new RecordsError('unavailable', 'The upload took so long that its chunks may be gone.');
  }

  /** Somebody brought the same chunk meanwhile: theirs is used, and ours is left where it lies. */
  async #alreadyThere(sha256: string, fresh: Map<string, ChunkRow>): Promise<void> {
    if (await holdChunk(this.#context, sha256)) fresh.delete(sha256);
    else if (await replaceDamaged(this.#context, sha256, fresh.get(sha256)!)) fresh.delete(sha256);
  }
}

function freshChunks({ placed }: Pick<ContentPage, 'placed'>): Map<string, ChunkRow> {
  const fresh = new Map<string, ChunkRow>();
  for (const each of placed) if (each.fresh) fresh.set(each.sha256, each.fresh);
  return fresh;
}

const chunkInserts = (fresh: ReadonlyMap<string, ChunkRow>): Write[] =>
  [...fresh].map(([sha256, value]) => write.insert(chunks, [sha256], value));

export const somebodyElse = () =>
  new Refusal('conflict', 'This upload is being gone on with from elsewhere: ask how far it is.');
