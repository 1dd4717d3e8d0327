import { createHash } from 'node:crypto';
import { BrokenPromise } from './api-client.ts';
import { Belief } from './ledger.ts';
import type { Random } from './random.ts';

export const folders = ['f0', 'f1', 'f2', 'f3'] as const;

/** Where one file is, under a name of its own, and with what: `folder/name sha256`; null where it is not. */
export type State = string | null;

/** A file as its one client knows it. */
export class Slot {
  readonly name: string;
  readonly state = new Belief<State>(null);
  /** Its node, where that is sure. */
  nodeId: string | undefined;
  isTrashed = false;
  /** Versions that were acknowledged and nothing has taken away. */
  versions: { nodeId: string; versionId: string; sha256: string }[] = [];
  isTouched = false;

  constructor(name: string) {
    this.name = name;
  }

  get place(): { path: string; sha256: string } | undefined {
    const state = this.state.sure;
    if (!state) return undefined;
    const [path, sha256] = state.split(' ');
    return { path: path!, sha256: sha256! };
  }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Mostly small files, as in life, and some of many chunks. Now and then bytes that were there before, or nearly. */
export class Contents {
  #known: Buffer[] = [];
  readonly #bytes = new Map<string, number>();

  next(random: Random): Buffer {
    const bytes = this.#make(random);
    this.#known.push(bytes);
    if (this.#known.length > 12) this.#known.shift();
    this.#bytes.set(sha256Of(bytes), bytes.length);
    return bytes;
  }

  #make(random: Random): Buffer {
    const known = random.chance(0.25) && this.#known.length > 0 ? random.pick(this.#known) : undefined;
    if (known && random.chance(0.4)) return known;
    if (known) {
      const at = random.below(known.length);
      return Buffer.concat([known.subarray(0, at), Buffer.from(`${random.next()}`), known.subarray(at)]);
    }
    const kind = random.next();
    const sizeBytes =
      kind < 0.65
        ? 1 + random.below(20_000)
        : kind < 0.9
          ? 250_000 + random.below(700_000)
          : 1_000_000 + random.below(1_800_000);
    const words = new Uint32Array(Math.ceil(sizeBytes / 4));
    let state = 1 + random.below(0x7fffffff);
    for (let i = 0; i < words.length; i++) {
      // xorshift32
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    return Buffer.from(words.buffer, 0, sizeBytes);
  }
}

/** Follows the change feed of a drive from its beginning, and says what then lies where. */
export class FollowedDrive {
  readonly files = new Map<string, { name: string; parentId: string; sha256: string | null }>();
  readonly folderNames = new Map<string, string>();

  // biome-ignore lint/suspicious/noExplicitAny: changes as the interface has them.
  apply({ kind, node }: any): void {
    if (kind === 'deleted') this.files.delete(node.id);
    else if (node.kind === 'folder') this.folderNames.set(node.id, node.name);
    else this.files.set(node.id, { name: node.name, parentId: node.parentId, sha256: node.versionId });
  }

  /** Compares with what is listed: by node, where it lies and in which version. */
  expectSame(
    listed: readonly { id: string; folder: string; name: string; versionId: string | null }[],
  ): void {
    const followed = [...this.files]
      .map(([id, { name, parentId, sha256 }]) => `${id} ${this.folderNames.get(parentId)}/${name} ${sha256}`)
      .sort();
    const found = listed
      .map(({ id, folder, name, versionId }) => `${id} ${folder}/${name} ${versionId}`)
      .sort();
    const wrong = found.find((each, i) => each !== followed[i]) ?? followed[found.length];
    if (wrong !== undefined)
      throw new BrokenPromise(`the journal and the tree differ at ${wrong} (${found.length} listed)`);
  }
}
