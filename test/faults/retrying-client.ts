import { type Answer, ApiClient, type Call } from '../torture/api-client.ts';
import type { Availability, RequestKind } from './availability.ts';

/** How long a client waits for one process before it asks the other, and then for that one. */
const firstMsMax = 8_000;
const secondMsMax = 15_000;

export interface Outcome {
  answer: Answer | 'unknown';
  /** The first try may have been carried out, or may yet be. */
  isDoubtful: boolean;
}

/**
 * A person's client: asks the process that answered last and, where that does not answer, once more, with the same
 * Idempotency-Key: the other one. One that does not even take the connection is passed over, as a load balancer does.
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
    const ms = () => performance.now() - startMs;
    const first = await this.#ask(call, 'first');
    if (isAnswer(first)) {
      this.#availability.note(fault, kind, { ms: ms(), retried: false });
      return { answer: first, isDoubtful: false };
    }
    this.#turn();
    const second = await this.#ask(call, 'second');
    if (isAnswer(second)) {
      this.#availability.note(fault, kind, { ms: ms(), retried: true });
      return { answer: second, isDoubtful: true };
    }
    const failure = `${call.method} ${call.path}: ${said(first)}, then ${said(second)}`;
    this.#availability.note(fault, kind, { ms: ms(), retried: true, failure });
    return { answer: 'unknown', isDoubtful: true };
  }

  /** Of the process preferred, or of the other where that does not listen. */
  async #ask(call: Call, which: 'first' | 'second'): Promise<Said> {
    let answer = await this.#processes[this.#preferred]![which].try(call);
    if (answer === 'refused') {
      this.#turn();
      answer = await this.#processes[this.#preferred]![which].try(call);
    }
    if (typeof answer === 'object' && answer.status === 500)
      this.#availability.noteInternal(call, answer.body);
    return answer;
  }

  #turn(): void {
    this.#preferred = (this.#preferred + 1) % this.#processes.length;
  }

  close(): void {
    for (const { first, second } of this.#processes) {
      first.close();
      second.close();
    }
  }
}

type Said = Answer | 'unknown' | 'refused';

/** A server's error says as little about what happened as no answer. */
function isAnswer(said: Said): said is Answer {
  if (typeof said === 'string') return false;
  return said.status < 500 && !(said.status === 409 && String(said.body?.type).includes('in-progress'));
}

const said = (answer: Said) =>
  typeof answer === 'string' ? answer : `${answer.status} ${answer.body?.detail ?? ''}`;
