import { Readable } from 'node:stream';
import { signingKey } from '../../lib/signed-requests.ts';
import type { Clock } from '../clock/clock.ts';
import {
  type BlobInfo,
  type BlobSource,
  type Blobs,
  BlobsError,
  checkedName,
  checkedType,
  type Part,
  type PutOptions,
} from './blobs.ts';
import { resolveRange } from './byte-range.ts';
import { checkedPartNumber, checkParts } from './check-parts.ts';
import { checkedBytes } from './checked-bytes.ts';
import { presignLocally } from './local-requests.ts';

interface Stored {
  info: BlobInfo;
  bytes: Buffer;
}

interface OpenUpload {
  name: string;
  type: string;
  startedAtMs: number;
  parts: Map<number, { part: Part; bytes: Buffer }>;
}

/** Blobs that live as long as the process: for tests of what uses them. */
export function memoryBlobs({
  clock,
  key = signingKey('memory', 'blobs'),
}: {
  clock: Pick<Clock, 'nowMs'>;
  key?: Uint8Array;
}): Blobs {
  const blobs = new Map<string, Stored>();
  const uploads = new Map<string, OpenUpload>();
  let count = 0;

  const store = (name: string, bytes: Buffer, { type, ifAbsent }: Pick<PutOptions, 'type' | 'ifAbsent'>) => {
    if (ifAbsent && blobs.has(name)) throw new BlobsError('exists', `There is a blob ${name}.`);
    const info = { name, type, sizeBytes: bytes.length, storedAtMs: clock.nowMs() };
    blobs.set(name, { info, bytes });
    return info;
  };
  const open = (name: string, uploadId: string): OpenUpload => {
    const upload = uploads.get(uploadId);
    if (upload?.name !== name) throw new BlobsError('absent', 'There is no such upload.');
    return upload;
  };

  return {
    async put(name, source, options) {
      checkedName(name);
      checkedType(options.type);
      if (options.ifAbsent && blobs.has(name)) throw new BlobsError('exists', `There is a blob ${name}.`);
      return store(name, await collect(source, options), options);
    },
    async get(name, { range } = {}) {
      const found = blobs.get(checkedName(name));
      if (!found) throw new BlobsError('absent', `There is no blob ${name}.`);
      const { start, end } = resolveRange(range, found.bytes.length);
      return { ...found.info, start, end, body: Readable.from([found.bytes.subarray(start, end + 1)]) };
    },
    stat: async (name) => blobs.get(checkedName(name))?.info,
    delete: async (name) => void blobs.delete(checkedName(name)),
    async list(prefix, { after = '', limit }) {
      return [...blobs.keys()]
        .filter((name) => name.startsWith(prefix) && name > after)
        .sort()
        .slice(0, limit)
        .map((name) => {
          const { sizeBytes, storedAtMs } = blobs.get(name)!.info;
          return { name, sizeBytes, storedAtMs };
        });
    },
    ...presignLocally({ clock, key }),
    async begin(name, { type }) {
      const uploadId = `u${++count}`;
      uploads.set(uploadId, {
        name: checkedName(name),
        type: checkedType(type),
        startedAtMs: clock.nowMs(),
        parts: new Map(),
      });
      return { name, uploadId };
    },
    async putPart({ name, uploadId }, number, source, { sizeBytes }) {
      const upload = open(name, uploadId);
      checkedPartNumber(number);
      const bytes = await collect(source, { sizeBytes });
      const part = { number, sizeBytes, tag: `t${++count}` };
      upload.parts.set(number, { part, bytes });
      return part;
    },
    async parts({ name, uploadId }, { after = 0, limit }) {
      return [...open(name, uploadId).parts.values()]
        .map(({ part }) => part)
        .filter(({ number }) => number > after)
        .sort((a, b) => a.number - b.number)
        .slice(0, limit);
    },
    async complete({ name, uploadId }, named, { ifAbsent = false } = {}) {
      const { parts, type } = open(name, uploadId);
      checkParts(named, new Map([...parts].map(([number, { part }]) => [number, part])));
      const bytes = Buffer.concat(named.map(({ number }) => parts.get(number)!.bytes));
      const info = store(name, bytes, { type, ifAbsent });
      uploads.delete(uploadId);
      return info;
    },
    async abort({ uploadId }) {
      uploads.delete(uploadId);
    },
    async uploadsBefore(startedBeforeMs, { limit }) {
      return [...uploads]
        .filter(([, { startedAtMs }]) => startedAtMs < startedBeforeMs)
        .slice(0, limit)
        .map(([uploadId, { name }]) => ({ name, uploadId }));
    },
    close: async () => {},
  };
}

async function collect(source: BlobSource, told: Pick<PutOptions, 'sizeBytes' | 'sha256'>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of checkedBytes(source, told)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
