import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendBlob } from '../../http/send-blob.ts';
import { notFound } from '../../lib/refusal.ts';
import { type Blobs, BlobsError } from '../../ports/blobs/blobs.ts';
import type { FoundPreview } from './find-preview.ts';
import type { PreviewSize } from './tables.ts';

interface SentPreview extends FoundPreview {
  size: PreviewSize;
  /** Beside those about the picture itself. */
  headers: Readonly<Record<string, string>>;
}

/** To whoever may see what it is of. One that went meanwhile was never there. */
export async function sendPreview(
  request: FastifyRequest,
  reply: FastifyReply,
  blobs: Pick<Blobs, 'get' | 'stat'>,
  { blob, versionId, size, headers }: SentPreview,
): Promise<FastifyReply> {
  try {
    return await sendBlob(request, reply, blobs, blob, {
      // Not after the blob: copies share their content, and its name would tell which file is a copy of which.
      etag: `${versionId}.${size}`,
      headers: {
        'content-type': 'image/webp',
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
        ...headers,
      },
    });
  } catch (error) {
    if (error instanceof BlobsError && error.kind === 'absent') throw notFound();
    throw error;
  }
}
