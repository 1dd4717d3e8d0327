/** One photo or video on its way to the server. */
import type { Media } from '../../../sdk/schema.ts';
import { api, freshKey, KithError } from '../api/client.ts';

export type UploadState =
  | { is: 'sending'; share: number }
  | { is: 'sent' }
  | { is: 'failed'; error: unknown };

export interface Upload {
  /** Resolves with the id of the medium when its bytes have arrived. */
  done: Promise<string>;
  cancel(): void;
}

/** Of a server that says it is too busy right now. */
const triesMax = 3;
const againMs = 2000;
const isBusy = (error: unknown) => error instanceof KithError && error.status === 503;

const acceptedTypes = /^(image|video)\//;
export const isAccepted = (file: File): boolean => acceptedTypes.test(file.type);

export function sendFile(file: File, alt: string, onShare: (share: number) => void): Upload {
  const abort = new AbortController();
  const done = (async () => {
    const announced = await api.post('/v1/uploads', {
      body: { filename: file.name, contentType: file.type, sizeBytes: file.size, alt },
      idempotencyKey: freshKey(),
      signal: abort.signal,
    });
    const put = () => putBytes(announced.url, announced.headers, file, onShare, abort.signal);
    for (let tries = 1; ; tries++) {
      abort.signal.throwIfAborted();
      try {
        await put();
        return announced.mediaId;
      } catch (error) {
        if (!isBusy(error) || tries === triesMax) throw error;
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  })();
  return { done, cancel: () => abort.abort() };
}

/** By XMLHttpRequest, because `fetch` does not tell how far it is. */
function putBytes(
  url: string,
  headers: Readonly<Record<string, string>>,
  file: File,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser says the length itself.
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onShare(event.loaded / event.total);
    });
    const offline = () =>
      reject(new KithError({ status: 0, code: 'offline', detail: 'The upload broke off.' }));
    request.addEventListener('error', offline);
    request.addEventListener('timeout', offline);
    request.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')));
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) return resolve();
      reject(refusalOf(request));
    });
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function refusalOf(request: XMLHttpRequest): KithError {
  try {
    const { code, detail, title, errors } = JSON.parse(request.responseText);
    return new KithError({ status: request.status, code, detail: detail ?? title, fields: errors });
  } catch {
    return new KithError({ status: request.status, code: 'internal', detail: 'The upload was refused.' });
  }
}

const askEveryMs = 300;

/** The medium when it is prepared or failed, or as it is after so long. */
export async function whenPrepared(id: string, msMax: number): Promise<Media> {
  const startedAtMs = Date.now();
  for (;;) {
    const media = await mediaOf(id);
    if (media.state !== 'processing' || Date.now() - startedAtMs > msMax) return media;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

export const mediaOf = (id: string): Promise<Media> => api.get('/v1/media/{id}', { path: { id } });
