/** The stored groups that this process subscribes to. */
export class HeldGroups {
  #held = new Set<string>();
  #ended = new Set<string>();

  take(group: string): void {
    if (this.#held.has(group)) throw new TypeError(`the group ${group} is subscribed to already`);
    this.#held.add(group);
  }

  release(group: string): void {
    if (this.#held.delete(group)) this.#ended.add(group);
  }

  /** Every group held now or since this was last asked. */
  sinceLastTime(): string[] {
    const groups = [...new Set([...this.#held, ...this.#ended])];
    this.#ended.clear();
    return groups;
  }
}
