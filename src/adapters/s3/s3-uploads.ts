import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  type BlobInfo,
  type Blobs,
  BlobsError,
  checkedName,
  checkedType,
  type Part,
  type Upload,
} from '../../ports/blobs/blobs.ts';
import { checkedPartNumber, checkParts } from '../../ports/blobs/check-parts.ts';
import { checkedBytes } from '../../ports/blobs/checked-bytes.ts';
import { bytePieces } from './byte-pieces.ts';
import { ask } from './s3-failures.ts';

/** A part is held in memory while it is sent, so that it can be sent again; callers bound how many go at once. */
const partBytesMax = 64 * 1024 * 1024;
const pageMax = 1000;

type Uploads = Pick<Blobs, 'begin' | 'putPart' | 'parts' | 'complete' | 'abort' | 'uploadsBefore'>;

export function s3Uploads(
  client: S3Client,
  bucket: string,
  stat: (name: string) => Promise<BlobInfo | undefined>,
): Uploads {
  const at = ({ name, uploadId }: Upload) => ({ Bucket: bucket, Key: checkedName(name), UploadId: uploadId });

  const partsAfter = async (upload: Upload, after: number): Promise<{ parts: Part[]; isLast: boolean }> => {
    const found = await client.send(
      new ListPartsCommand({ ...at(upload), PartNumberMarker: String(after), MaxParts: pageMax }),
    );
    const parts = (found.Parts ?? []).map((part) => ({
      number: part.PartNumber!,
      sizeBytes: part.Size!,
      tag: part.ETag!,
    }));
    return { parts, isLast: !found.IsTruncated || parts.length === 0 };
  };
  const partsOf = async (upload: Upload, after: number, limit: number): Promise<Part[]> => {
    const all: Part[] = [];
    for (let from = after; all.length < limit; ) {
      const { parts, isLast } = await partsAfter(upload, from);
      all.push(...parts);
      if (isLast) break;
      from = parts.at(-1)!.number;
    }
    return all.slice(0, limit);
  };

  return {
    async begin(name, { type }) {
      const input = { Bucket: bucket, Key: checkedName(name), ContentType: checkedType(type) };
      const { UploadId } = await ask(() => client.send(new CreateMultipartUploadCommand(input)));
      return { name, uploadId: UploadId! };
    },
    async putPart(upload, number, source, { sizeBytes }) {
      checkedPartNumber(number);
      if (sizeBytes > partBytesMax) throw new TypeError(`A part has at most ${partBytesMax} bytes.`);
      const pieces: Buffer[] = [];
      const bytes = checkedBytes(source, { sizeBytes });
      for await (const piece of bytePieces(bytes, Math.max(1, sizeBytes))) pieces.push(piece);
      const input = { ...at(upload), PartNumber: number, Body: pieces[0] ?? Buffer.alloc(0) };
      const { ETag } = await ask(() => client.send(new UploadPartCommand(input)));
      return { number, sizeBytes, tag: ETag! };
    },
    parts: (upload, { after = 0, limit }) => ask(() => partsOf(upload, after, limit)),
    complete: (upload, named, { ifAbsent = false } = {}) =>
      ask(async () => {
        // Stores differ in what they check of this themselves.
        const stored = await partsOf(upload, 0, Number.POSITIVE_INFINITY);
        checkParts(named, new Map(stored.map((part) => [part.number, part])));
        if (ifAbsent && (await stat(upload.name))) throw new BlobsError('exists', 'There is such a blob.');
        await client.send(
          new CompleteMultipartUploadCommand({
            ...at(upload),
            MultipartUpload: { Parts: named.map(({ number, tag }) => ({ PartNumber: number, ETag: tag })) },
            ...(ifAbsent && { IfNoneMatch: '*' }),
          }),
        );
        const info = await stat(upload.name);
        if (!info) throw new BlobsError('unavailable', 'The blob was deleted while it was made.');
        return info;
      }),
    async abort(upload) {
      await ask(() => client.send(new AbortMultipartUploadCommand(at(upload)))).catch((error) => {
        if (!(error instanceof BlobsError) || error.kind !== 'absent') throw error;
      });
    },
    uploadsBefore: (startedBeforeMs, { limit }) =>
      ask(async () => {
        const found: Upload[] = [];
        let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
        while (found.length < limit) {
          const page = await client.send(
            new ListMultipartUploadsCommand({ Bucket: bucket, MaxUploads: pageMax, ...marker }),
          );
          for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
            if (Initiated!.getTime() < startedBeforeMs) found.push({ name: Key!, uploadId: UploadId! });
          if (!page.IsTruncated || !page.NextKeyMarker) break;
          marker = {
            KeyMarker: page.NextKeyMarker,
            ...(page.NextUploadIdMarker && { UploadIdMarker: page.NextUploadIdMarker }),
          };
        }
        return found.slice(0, limit);
      }),
  };
}
