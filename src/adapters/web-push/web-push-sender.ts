/**
 * Web Push over https. The address of a subscription is whatever a client said it was, so nothing but the open internet
 * is ever asked: each address a name resolves to is looked at when it is connected to, and no redirect is followed.
 */
import { lookup as systemLookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { LRUCache } from 'lru-cache';
import { isPublicAddress } from '../../lib/public-addresses.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { PushMessage, PushOutcome, PushSender, PushTarget } from '../../ports/push/push.ts';
import { encryptMessage } from './encrypt-message.ts';
import { vapidHeader, vapidKeys } from './vapid.ts';

const timeoutMs = 10_000;
const connectionsMax = 16;
const answerBytesMax = 64 * 1024;
const headerGoodForMs = 12 * 3_600_000;
const headerUsedForMs = 3_600_000;
const servicesRememberedMax = 100;

export interface WebPushOptions {
  secret: string;
  /** `mailto:` or https: whom a push service may turn to. */
  subject: string;
  clock: Clock;
  /** For tests: which addresses and ports may be asked, and whose certificates count. Default: public ones at 443. */
  reach?: { mayAsk: (address: string, port: number) => boolean; ca?: string };
}

const openInternet = { mayAsk: (address: string, port: number) => port === 443 && isPublicAddress(address) };

export function webPushSender({ secret, subject, clock, reach = openInternet }: WebPushOptions): PushSender {
  const keys = vapidKeys(secret);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connectionsMax,
    ca: 'ca' in reach ? reach.ca : undefined,
  });
  const headers = new LRUCache<string, { text: string; untilMs: number }>({ max: servicesRememberedMax });
  const headerFor = (origin: string): string => {
    const nowMs = clock.nowMs();
    const kept = headers.get(origin);
    if (kept && kept.untilMs > nowMs) return kept.text;
    const text = vapidHeader(keys, { origin, subject, expiresAtMs: nowMs + headerGoodForMs });
    headers.set(origin, { text, untilMs: nowMs + headerUsedForMs });
    return text;
  };

  const post = (url: URL, body: Buffer, message: PushMessage): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const options: RequestOptions = {
        method: 'POST',
        agent,
        lookup: guardedLookup((address) => reach.mayAsk(address, portOf(url))),
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          authorization: headerFor(url.origin),
          'content-type': 'application/octet-stream',
          'content-encoding': 'aes128gcm',
          'content-length': body.length,
          ttl: String(message.ttlSeconds),
          topic: message.topic,
          urgency: 'normal',
        },
      };
      request(url, options, resolve).on('error', reject).end(body);
    });

  return {
    publicKey: keys.publicKey,
    async send(target: PushTarget, message: PushMessage): Promise<PushOutcome> {
      const url = URL.canParse(target.endpoint) ? new URL(target.endpoint) : undefined;
      const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
      if (url?.protocol !== 'https:') return { kind: 'refused', why: 'the address is not https' };
      // A name is looked at when it is resolved; an address never is.
      if (isIP(host) !== 0 && !reach.mayAsk(host, portOf(url))) return { kind: 'refused', why: notOpen };
      let body: Buffer;
      try {
        body = encryptMessage(message.text, target);
      } catch (error) {
        return { kind: 'refused', why: (error as Error).message };
      }
      try {
        const answer = await post(url, body, message);
        letGo(answer);
        return outcomeOf(answer);
      } catch (error) {
        const { message: why } = error as Error;
        return why === notOpen ? { kind: 'refused', why } : { kind: 'later', why };
      }
    },
    close: () => agent.destroy(),
  };
}

const notOpen = 'the address is not of the open internet';
const portOf = ({ port }: URL): number => Number(port || 443);

/** Resolves a name and lets through only what may be asked, so that what is checked is what is connected to. */
function guardedLookup(mayAsk: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const allowed = found.filter(({ address }) => mayAsk(address));
      const [first] = allowed;
      if (!first) return callback(new Error(notOpen), '', 0);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** What a service says is of no use here; it is read, up to a bound, so that its connection serves again. */
function letGo(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on('error', () => undefined);
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > answerBytesMax) answer.destroy();
  });
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): PushOutcome {
  const why = `the push service answered ${statusCode}`;
  if (statusCode >= 200 && statusCode < 300) return { kind: 'sent' };
  if (statusCode === 404 || statusCode === 410) return { kind: 'gone' };
  if (statusCode !== 429 && statusCode < 500) return { kind: 'refused', why };
  const seconds = Number(headers['retry-after']);
  return { kind: 'later', why, ...(seconds > 0 && { afterMs: seconds * 1000 }) };
}
