import type { Call } from './api-client.ts';
import type { Ledger, Person } from './ledger.ts';
import type { Random } from './random.ts';

/** One write: how to send it, and what is known after it was acknowledged or went unanswered. */
export interface Operation {
  call: Call;
  acknowledged: (body: Answered, status: number) => void;
  unanswered: () => void;
  /** Statuses that may refuse it because another client was quicker. Any other refusal breaks a promise. */
  refusals: readonly number[];
  /** The id of what it made, once known: the same request must never make another. */
  madeId?: () => string | undefined;
}
// biome-ignore lint/suspicious/noExplicitAny: bodies of many routes.
type Answered = any;

export interface Scene {
  ledger: Ledger;
  random: Random;
  /** The people this client acts for: nobody else does. */
  own: readonly Person[];
  /** How many posts one person keeps; above it more is deleted than written. */
  postsMax: number;
  newKey: () => string;
}

export type Maker = (scene: Scene, me: Person) => Operation | undefined;

export const pickMaybe = <T>(random: Random, from: readonly T[]): T | undefined =>
  from.length === 0 ? undefined : random.pick(from);
