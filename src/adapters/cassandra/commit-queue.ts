/**
 * Commits of this process that touch one partition take turns in the order issued: they would only contend with each
 * other. All turns of a commit are taken at once, so commits cannot wait for each other in a circle.
 */
export class CommitQueue {
  #tails = new Map<string, Promise<void>>();

  /** `waited` says that others were before it. */
  run<Result>(keys: readonly string[], work: (waited: boolean) => Promise<Result>): Promise<Result> {
    const before = keys.flatMap((key) => this.#tails.get(key) ?? []);
    const mine = before.length === 0 ? work(false) : Promise.all(before).then(() => work(true));
    if (keys.length === 0) return mine;
    const tail = mine.then(
      () => {},
      () => {},
    );
    for (const key of keys) this.#tails.set(key, tail);
    void tail.then(() => {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return mine;
  }
}
