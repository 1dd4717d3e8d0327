/**
 * Pre-signed requests where no store outside serves them: Kith does, at `blobsPath`, and checks them with the same key.
 */
import { signatureQuery, signRequest } from '../../lib/signed-requests.ts';
import type { Clock } from '../clock/clock.ts';
import { type Blobs, checkedName, checkedType, type PresignedRequest, presignMsMax } from './blobs.ts';

export const blobsPath = '/v1/blobs/';
export const pathOfBlob = (name: string): string => blobsPath + checkedName(name);

export interface LocalSigner {
  clock: Pick<Clock, 'nowMs'>;
  key: Uint8Array;
}

export function presignLocally({ clock, key }: LocalSigner): Pick<Blobs, 'presignPut' | 'presignGet'> {
  const sign = (
    request: { method: 'PUT'; sizeBytes: number; type: string } | { method: 'GET' },
    name: string,
    expiresInMs: number,
  ): Omit<PresignedRequest, 'headers'> => {
    const path = pathOfBlob(name);
    const expiresAtMs = clock.nowMs() + Math.min(expiresInMs, presignMsMax);
    const signature = signRequest(key, { ...request, path, expiresAtMs });
    return { method: request.method, url: `${path}?${signatureQuery(signature)}`, expiresAtMs };
  };
  return {
    presignPut: async (name, { type, sizeBytes, expiresInMs }) => ({
      ...sign({ method: 'PUT', sizeBytes, type: checkedType(type) }, name, expiresInMs),
      headers: { 'content-type': type, 'content-length': String(sizeBytes) },
    }),
    presignGet: async (name, { expiresInMs }) => ({
      ...sign({ method: 'GET' }, name, expiresInMs),
      headers: {},
    }),
  };
}
