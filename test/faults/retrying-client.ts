import { type Answer, ApiClient, type Call } from '../torture/api-client.ts';
import type { Availability, RequestKind } from './availability.ts';

/** How long a client waits for one process before it asks the other, and then for that one. */
const firstMsMax = 5_000;
const secondMsMax = 15_000;

export interface Outcome {
  answer: Answer | 'unknown';
  /** The first try may have been carried out, or may yet be. */
  isDoubtful: boolean;
}

/**
 * A person's client: asks the process that answered last and, where that does not answer, the other one once, with
 * the same Idempotency-Key.
 */
export class RetryingClient {
  readonly #processes: { first: ApiClient; second: ApiClient }[];
  readonly #availability: Availability;
  #preferred: number;

  constructor(ports: readonly number[], availability: Availability, preferred: number) {
    this.#processes = ports.map((port) => ({
      first: new ApiClient(port, { answerMsMax: firstMsMax }),
      second: new ApiClient(port, { answerMsMax: secondMsMax }),
    }));
    this.#availability = availability;
    this.#preferred = preferred % ports.length;
  }

  async send(call: Call, kind: RequestKind = call.method === 'GET' ? 'read' : 'write'): Promise<Outcome> {
    const { fault } = this.#availability;
    const startMs = performance.now();
    const first = await this.#processes[this.#preferred]!.first.send(call);
    if (isAnswer(first)) {
      this.#availability.note(fault, kind, { ms: performance.now() - startMs, retried: false });
      return { answer: first, isDoubtful: false };
    }
    if (first !== 'unknown' && first.status === 500) this.#availability.noteInternal(call, first.body);
    this.#preferred = (this.#preferred + 1) % this.#processes.length;
    const second = await this.#processes[this.#preferred]!.second.send(call);
    const ms = performance.now() - startMs;
    if (isAnswer(second)) {
      this.#availability.note(fault, kind, { ms, retried: true });
      return { answer: second, isDoubtful: true };
    }
    const failure = `${call.method} ${call.path}: ${said(first)}, then ${said(second)}`;
    this.#availability.note(fault, kind, { ms, retried: true, failure });
    return { answer: 'unknown', isDoubtful: true };
  }

  close(): void {
    for (const { first, second } of this.#processes) {
      first.close();
      second.close();
    }
  }
}

type Settled = Answer & { isSettled?: true };

/** A server's error says as little about what happened as no answer. */
function isAnswer(answer: Answer | 'unknown'): answer is Settled {
  if (answer === 'unknown') return false;
  return answer.status < 500 && !isInProgress(answer);
}

const isInProgress = ({ status, body }: Answer) =>
  status === 409 && String(body?.type).includes('in-progress');

const said = (answer: Answer | 'unknown') =>
  answer === 'unknown' ? 'no answer' : `${answer.status} ${answer.body?.detail ?? ''}`;
