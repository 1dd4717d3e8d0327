/** Tasks under way at once. */
const runningMax = 4;
/** Waiting ones; a further one is dropped, for whoever asked will ask again. */
const waitingMax = 10_000;

/** Work for later by name: each name at most once waiting and once running. */
export class Background {
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #run: (name: string) => Promise<void>;
  #closed = false;
  /** The last failure, for the log. */
  readonly #failed: (error: unknown) => void;

  constructor(run: (name: string) => Promise<void>, failed: (error: unknown) => void) {
    this.#run = run;
    this.#failed = failed;
  }

  add(name: string): void {
    if (this.#closed || this.#waiting.size >= waitingMax) return;
    this.#waiting.add(name);
    this.#start();
  }

  #start(): void {
    for (const name of this.#waiting) {
      if (this.#running.size >= runningMax) return;
      if (this.#running.has(name)) continue;
      this.#waiting.delete(name);
      const run = Promise.resolve()
        .then(() => this.#run(name))
        .catch(this.#failed)
        .then(() => {
          this.#running.delete(name);
          this.#start();
        });
      this.#running.set(name, run);
    }
  }

  /** Resolves when nothing is waiting or running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await this.idle();
  }
}
