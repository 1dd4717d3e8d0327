/** Outgoing Web Push (RFC 8030): short messages that a browser's own push service brings to a device. */

/** What a browser gave to be reached by. */
export interface PushTarget {
  endpoint: string;
  /** The browser's public key and shared secret, base64url: only it can read what is sent. */
  p256dh: string;
  auth: string;
}

export interface PushMessage {
  /** At most `pushTextBytesMax`. */
  text: string;
  /** How long the push service keeps it for a device that is off. */
  ttlSeconds: number;
  /** A later message of the same topic takes the place of one that waits; at most 32 of `A-Z a-z 0-9 - _`. */
  topic: string;
}

/**
 * `gone`: there is no such subscription any more, and never will be again. `refused`: this message or target is none
 * the service takes. `later`: it may be tried again, not before `afterMs` where told.
 */
export type PushOutcome =
  | { kind: 'sent' | 'gone' }
  | { kind: 'refused'; why: string }
  | { kind: 'later'; why: string; afterMs?: number };

/** One record of RFC 8188 holds 4096 bytes with its header, tag and delimiter; services promise no more. */
export const pushTextBytesMax = 3_900;

export interface PushSender {
  /** This installation's, as browsers want it to subscribe (RFC 8292): base64url, the same for ever. */
  readonly publicKey: string;
  /** Never rejects. */
  send(target: PushTarget, message: PushMessage): Promise<PushOutcome>;
  close(): void;
}

/** Keeps what was sent. `answer` decides what becomes of each. */
export function memoryPush(
  answer: (target: PushTarget) => PushOutcome = () => ({ kind: 'sent' }),
): PushSender & { sent: { target: PushTarget; message: PushMessage }[] } {
  const sent: { target: PushTarget; message: PushMessage }[] = [];
  return {
    publicKey: 'BAAA',
    sent,
    async send(target, message) {
      const outcome = answer(target);
      if (outcome.kind === 'sent') sent.push({ target, message });
      return outcome;
    },
    close: () => undefined,
  };
}
