import { Admin, type BaseOptions, type Consumer, type Producer } from '@platformatic/kafka';

/** How to reach the brokers, and as whom. */
export interface KafkaAddress {
  /** `host:port`, some of them; the others are learned. */
  brokers: readonly string[];
  security?: Pick<BaseOptions, 'tls' | 'sasl'> | undefined;
}

/** A broker that holds its connection and answers nothing must be noticed. */
const requestMsMax = 5_000;
const connectMsMax = 3_000;

/** What has moved to another broker is learned from the error; asking often would only wait for brokers that hang. */
const metadataMsMax = 60_000;

let clientsCount = 0;

/** A client asks the first broker that takes its connection; the next client begins with another one. */
function rotated(brokers: readonly string[]): string[] {
  const first = clientsCount++ % brokers.length;
  return [...brokers.slice(first), ...brokers.slice(0, first)];
}

/** Retries are few: the client keeps each error until it succeeds, and whoever uses it starts anew anyway. */
export const clientOptions = ({ brokers, security }: KafkaAddress, clientId: string, retries: number) => ({
  clientId,
  bootstrapBrokers: rotated(brokers),
  requestTimeout: requestMsMax,
  connectTimeout: connectMsMax,
  timeout: requestMsMax,
  metadataMaxAge: metadataMsMax,
  retries,
  retryDelay: 300,
  ...security,
});

export class TookTooLong extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`);
    this.name = 'TookTooLong';
  }
}

/** The client has calls that never end; this ends the waiting for them. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TookTooLong(what, ms)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => {});
  }
}

const closeMsMax = 3_000;

/** Lets go of a client; whatever it still waits for is given up. */
export async function closeClient(client: Admin | Consumer | Producer): Promise<void> {
  const closing = client instanceof Admin ? client.close() : client.close(true);
  await within(closeMsMax, 'closing', closing).catch(() => {});
}

/** The promise's value, or undefined once aborted. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.resolve(undefined);
  }
  const { promise: either, resolve, reject } = Promise.withResolvers<T | undefined>();
  const end = () => resolve(undefined);
  // Removed again: a race with a promise that lasts would keep every loser alive.
  signal.addEventListener('abort', end);
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  return either;
}
