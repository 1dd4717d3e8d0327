import type { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  type BlobInfo,
  type Blobs,
  BlobsError,
  type ByteRange,
  checkedName,
  checkedType,
  listLimitMax,
  type Part,
  type PutOptions,
  presignMsMax,
} from '../../ports/blobs/blobs.ts';
import { checkedBytes } from '../../ports/blobs/checked-bytes.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { bytePieces } from './byte-pieces.ts';
import { ask, s3Failure } from './s3-failures.ts';
import { clientConfig, type S3Settings } from './s3-settings.ts';
import { s3Uploads } from './s3-uploads.ts';

/** A blob up to this size goes in one request; a larger one in parts of it, held one at a time. */
export const pieceBytes = 8 * 1024 * 1024;

export interface S3BlobsOptions extends S3Settings {
  clock: Pick<Clock, 'nowMs'>;
  /** Where browsers reach the store, if not where this process does. */
  publicEndpoint?: string | undefined;
}

/** Opens the bucket, and makes it where it is not there. Throws BlobsError. */
export async function openS3Blobs(options: S3BlobsOptions): Promise<Blobs> {
  const { bucket, publicEndpoint, clock } = options;
  const client = new S3Client(clientConfig(options));
  const signer = publicEndpoint
    ? new S3Client(clientConfig({ ...options, endpoint: publicEndpoint }))
    : client;
  await ask(async () => {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (s3Failure(error).kind !== 'absent') throw error;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
    }
  });
  const at = (name: string) => ({ Bucket: bucket, Key: checkedName(name) });

  const stat = async (name: string): Promise<BlobInfo | undefined> => {
    const key = at(name);
    try {
      const found = await client.send(new HeadObjectCommand(key));
      return {
        name,
        type: found.ContentType ?? 'application/octet-stream',
        sizeBytes: found.ContentLength ?? 0,
        storedAtMs: found.LastModified?.getTime() ?? 0,
      };
    } catch (error) {
      const failure = s3Failure(error);
      if (failure.kind === 'absent') return undefined;
      throw failure;
    }
  };
  const uploads = s3Uploads(client, bucket, stat);

  const putWhole = async (name: string, body: Buffer, { type, ifAbsent }: PutOptions) => {
    const condition = ifAbsent ? { IfNoneMatch: '*' } : {};
    await ask(() =>
      client.send(new PutObjectCommand({ ...at(name), Body: body, ContentType: type, ...condition })),
    );
    return { name, type, sizeBytes: body.length, storedAtMs: clock.nowMs() };
  };
  /** The whole size and checksum are known only when the last piece has come: before that nothing is completed. */
  const putPieces = async (
    name: string,
    first: Buffer,
    rest: AsyncIterable<Buffer>,
    { type, ifAbsent }: PutOptions,
  ) => {
    const upload = await uploads.begin(name, { type });
    try {
      const parts: Part[] = [];
      const send = async (piece: Buffer) =>
        parts.push(await uploads.putPart(upload, parts.length + 1, piece, { sizeBytes: piece.length }));
      await send(first);
      for await (const piece of rest) await send(piece);
      return await uploads.complete(upload, parts, { ifAbsent: ifAbsent ?? false });
    } catch (error) {
      // What cannot be taken back now is found by `uploadsBefore`.
      await uploads.abort(upload).catch(() => undefined);
      throw error;
    }
  };

  return {
    async put(name, source, options) {
      checkedName(name);
      checkedType(options.type);
      if (options.ifAbsent && (await stat(name))) throw new BlobsError('exists', `There is a blob ${name}.`);
      const pieces = bytePieces(checkedBytes(source, options), pieceBytes);
      const first = await pieces.next();
      // Only a full piece can have another after it; the next one is waited for before the first is sent.
      if (first.done) return putWhole(name, Buffer.alloc(0), options);
      if (first.value.length < pieceBytes) {
        await pieces.next();
        return putWhole(name, first.value, options);
      }
      return putPieces(name, first.value, pieces, options);
    },
    get: async (name, { range } = {}) => {
      const key = at(name);
      const found = await ask(() =>
        client.send(new GetObjectCommand({ ...key, ...(range && { Range: rangeText(range) }) })),
      );
      const length = found.ContentLength ?? 0;
      const [, from, to, whole] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(found.ContentRange ?? '') ?? [];
      const start = from === undefined ? 0 : Number(from);
      // Some stores answer a range of an empty object with all of it.
      if (range && from === undefined && length === 0) {
        throw new BlobsError('range', 'Nothing of the blob lies in that range.');
      }
      return {
        name,
        type: found.ContentType ?? 'application/octet-stream',
        sizeBytes: whole === undefined ? length : Number(whole),
        storedAtMs: found.LastModified?.getTime() ?? 0,
        start,
        end: to === undefined ? length - 1 : Number(to),
        body: found.Body as Readable,
      };
    },
    stat: async (name) => stat(name),
    async delete(name) {
      const key = at(name);
      await ask(() => client.send(new DeleteObjectCommand(key))).catch((error) => {
        if (!(error instanceof BlobsError) || error.kind !== 'absent') throw error;
      });
    },
    list: (prefix, { after, limit }) => ask(() => listObjects(client, bucket, { prefix, after, limit })),
    async presignPut(name, { type, sizeBytes, expiresInMs }) {
      const headers = { 'content-type': checkedType(type), 'content-length': String(sizeBytes) };
      const command = new PutObjectCommand({ ...at(name), ContentType: type, ContentLength: sizeBytes });
      const bounded = Math.min(expiresInMs, presignMsMax);
      const url = await getSignedUrl(signer, command, {
        expiresIn: Math.ceil(bounded / 1000),
        signableHeaders: new Set(Object.keys(headers)),
      });
      return { method: 'PUT', url, headers, expiresAtMs: clock.nowMs() + bounded };
    },
    async presignGet(name, { expiresInMs }) {
      const bounded = Math.min(expiresInMs, presignMsMax);
      const command = new GetObjectCommand(at(name));
      const url = await getSignedUrl(signer, command, { expiresIn: Math.ceil(bounded / 1000) });
      return { method: 'GET', url, headers: {}, expiresAtMs: clock.nowMs() + bounded };
    },
    ...uploads,
    async close() {
      client.destroy();
      if (signer !== client) signer.destroy();
    },
  };
}

const rangeText = (range: ByteRange) =>
  'last' in range ? `bytes=-${range.last}` : `bytes=${range.start}-${range.end ?? ''}`;

async function listObjects(
  client: S3Client,
  bucket: string,
  { prefix, after, limit }: { prefix: string; after: string | undefined; limit: number },
) {
  const wanted = Math.min(limit, listLimitMax);
  const found: { name: string; sizeBytes: number; storedAtMs: number }[] = [];
  for (let from = after; found.length < wanted; ) {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: wanted - found.length,
        ...(from && { StartAfter: from }),
      }),
    );
    for (const { Key, Size, LastModified } of page.Contents ?? [])
      found.push({ name: Key!, sizeBytes: Size ?? 0, storedAtMs: LastModified?.getTime() ?? 0 });
    if (!page.IsTruncated || !page.Contents?.length) break;
    from = found.at(-1)!.name;
  }
  return found;
}
