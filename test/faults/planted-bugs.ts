/** Mistakes that this run must find: put into the program's text as its processes load it, and nowhere else. */
export interface Edit {
  /** The end of the file's path. */
  file: string;
  from: string;
  to: string;
}

export const plantedBugs: Record<string, readonly Edit[]> = {
  /** A write is acknowledged before any engine has heard of it. */
  'early-answer': [
    {
      file: 'src/adapters/cassandra/committer.ts',
      from: 'return this.#counted(this.#queue.run(queueKeys(plan), (waited) => this.#carryOut(plan, first, waited)));',
      to: `this.#counted(this.#queue.run(queueKeys(plan), (waited) => this.#carryOut(plan, first, waited))).catch(() => {});
      return Promise.resolve({ ok: true, position: idToNumber(first.id) });`,
    },
  ],
  /** Hints go to Kafka once, straight after the commit: what fails then, nobody knows of. */
  'no-outbox': [
    {
      file: 'src/adapters/cassandra/committer.ts',
      from: 'outbox.insert(attempt.record),',
      to: 'Promise.resolve(outbox),',
    },
    {
      file: 'src/adapters/kafka/publisher.ts',
      from: 'publishMsMax = 30_000',
      to: 'publishMsMax = 0',
    },
  ],
  /** A request that is sent again is carried out again. */
  'no-keys': [
    {
      file: 'src/features/idempotency/index.ts',
      from: 'if (!claim) return [];',
      to: 'if (!claim || claim) return [];',
    },
  ],
};
