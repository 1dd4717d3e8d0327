/**
 * A bounded cache of strings that may forget anything at any time; what is served never depends on it.
 *
 * A fill that races a change must not bring the old state back: `getMany` answers a token with what is
 * missing; an offer made with a token older than the key's last `invalidate` is dropped.
 */
export interface Cache {
  getMany(keys: readonly string[]): Promise<{ values: (string | undefined)[]; token: number }>;
  /** Offers values read from the truth after the `getMany` that answered the token. */
  fill(entries: readonly { key: string; value: string }[], token: number): void;
  /** Forgets the keys, and every fill of them under way. */
  invalidate(keys: readonly string[]): void;
  clear(): void;
}
