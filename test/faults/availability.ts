import { loadavg } from 'node:os';

/** Whether requests were answered, by what was broken while they were under way. */
export type RequestKind = 'read' | 'write' | 'search';

interface Figures {
  requests: number;
  retried: number;
  failed: number;
  worstMs: number;
}

/** What the promise of being there says: the share of reads and writes that are answered after one more try. */
export const answeredShareMin = 0.999;
const failuresKept = 40;

export class Availability {
  /** What is broken now. */
  fault = noFault;
  /** Reads and writes that nobody answered, for the report. */
  readonly failures: string[] = [];
  readonly internal: string[] = [];
  readonly #figures = new Map<string, Map<RequestKind, Figures>>();
  readonly #faults = new Map<string, number>();
  readonly #excused = new Set<string>();

  begin(fault: string, { isExcused }: { isExcused: boolean }): void {
    this.fault = fault;
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    if (isExcused) this.#excused.add(fault);
  }

  end(): void {
    this.fault = noFault;
  }

  /** `begunIn` is what was broken when the request was begun; one that a fault met under way belongs to that. */
  note(
    begunIn: string,
    kind: RequestKind,
    request: { ms: number; retried: boolean; failure?: string },
  ): void {
    const fault = begunIn === noFault && request.retried ? this.fault : begunIn;
    const kinds = this.#figures.get(fault) ?? new Map<RequestKind, Figures>();
    this.#figures.set(fault, kinds);
    const figures = kinds.get(kind) ?? { requests: 0, retried: 0, failed: 0, worstMs: 0 };
    kinds.set(kind, figures);
    figures.requests++;
    figures.worstMs = Math.max(figures.worstMs, request.ms);
    if (request.retried) figures.retried++;
    if (request.failure === undefined) return;
    figures.failed++;
    if (kind === 'search') return;
    const line = `${fault}: ${request.failure}, ${Math.round(request.ms)} ms, load ${loadavg()[0]!.toFixed(1)}`;
    if (this.failures.length < failuresKept) this.failures.push(line);
  }

  /** An error that the program itself did not expect: answered by the other process maybe, and a defect all the same. */
  noteInternal({ method, path }: { method: string; path: string }, body: unknown): void {
    if (this.internal.length < failuresKept)
      this.internal.push(`${this.fault}: ${method} ${path}: ${JSON.stringify(body)}`);
  }

  /** Of reads and writes, where the engines that were left could have answered. */
  share(): { requests: number; failed: number; share: number } {
    let requests = 0;
    let failed = 0;
    for (const [fault, kinds] of this.#figures) {
      if (this.#excused.has(fault)) continue;
      for (const kind of ['read', 'write'] as const) {
        requests += kinds.get(kind)?.requests ?? 0;
        failed += kinds.get(kind)?.failed ?? 0;
      }
    }
    return { requests, failed, share: requests === 0 ? 1 : 1 - failed / requests };
  }

  *lines(): Iterable<string> {
    const cells = ({ requests, retried, failed, worstMs }: Figures) =>
      [requests, retried, failed, Math.round(worstMs)].map((each) => String(each).padStart(6)).join(' ');
    const none = { requests: 0, retried: 0, failed: 0, worstMs: 0 };
    const kinds = ['read', 'write', 'search'] as const;
    yield `${' '.repeat(29)} ${kinds.map((kind) => `| ${kind.padEnd(27)}`).join(' ')}`;
    const names = ['asked', 'again', 'failed', 'max ms'].map((each) => each.padStart(6)).join(' ');
    yield `${'fault'.padEnd(23)} times ${kinds.map(() => `| ${names}`).join(' ')}`;
    for (const [fault, figures] of [...this.#figures].sort()) {
      const times = String(this.#faults.get(fault) ?? '').padStart(5);
      const rows = kinds.map((kind) => `| ${cells(figures.get(kind) ?? none)}`);
      const excuse = this.#excused.has(fault) ? '  (nothing was left to answer: not counted)' : '';
      yield `${fault.padEnd(23)} ${times} ${rows.join(' ')}${excuse}`;
    }
  }
}

export const noFault = 'none';
