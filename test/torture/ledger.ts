import { BrokenPromise } from './api-client.ts';

/**
 * What the clients know: for each thing the values it may have, given what was acknowledged (one value) and
 * what was sent without an answer (one more). Each thing is written by one client at a time.
 */
export class Belief<T extends string | boolean | null> {
  #possible: T[];
  constructor(value: T, ...more: T[]) {
    this.#possible = [value, ...more];
  }
  get possible(): readonly T[] {
    return this.#possible;
  }
  /** The value, if there is only one that it can have. */
  get sure(): T | undefined {
    return this.#possible.length === 1 ? this.#possible[0] : undefined;
  }
  acknowledged(value: T): void {
    this.#possible = [value];
  }
  unanswered(value: T): void {
    if (!this.#possible.includes(value)) this.#possible.push(value);
  }
  /** From now on it has to stay what was seen. */
  seen(value: T, what: string): void {
    if (!this.#possible.includes(value))
      throw new BrokenPromise(
        `${what} is ${show(value)}, but should be ${this.#possible.map(show).join(' or ')}`,
      );
    this.#possible = [value];
  }
}

const show = (value: string | boolean | null) => (value === null ? 'absent' : JSON.stringify(value));

export const visibilities = ['public', 'followers', 'only-me'] as const;
export type Visibility = (typeof visibilities)[number];

export interface Person {
  username: string;
  password: string;
  id: string;
  token: string;
  displayName: Belief<string>;
  /** Which client acts for this person. */
  client: number;
  /** Up to here notifications were said to be read. */
  readUpTo: string | undefined;
  newestNotification: string | undefined;
  /** Subjects of notifications of which the oldest may have been dropped. */
  longSubjects: Set<string>;
}
export interface Post {
  /** A word that no other text has. */
  marker: string;
  author: Person;
  /** Not known while its creation went unanswered. */
  id: string | undefined;
  visibility: Belief<Visibility>;
  text: Belief<string | null>;
  reactions: Map<Person, Belief<string | null>>;
  comments: Comment[];
}
export interface Comment {
  marker: string;
  author: Person;
  id: string | undefined;
  text: Belief<string | null>;
}

export class Ledger {
  people: Person[] = [];
  posts: Post[] = [];
  /** Changed since the last look. */
  touched = new Set<Post>();
  /** The largest id that any answer has shown. */
  idMax = '';
  #follows = new Map<string, Belief<boolean>>();
  #blocks = new Map<string, Belief<boolean>>();
  #markers = 0;

  /** A word of letters and digits that search takes as one. */
  newMarker(kind: string): string {
    return `zq${kind}${(++this.#markers).toString(36).padStart(5, '0')}`;
  }
  noteId(id: string): void {
    if (id > this.idMax) this.idMax = id;
  }
  follow(from: Person, to: Person): Belief<boolean> {
    return entry(this.#follows, `${from.username}>${to.username}`);
  }
  block(from: Person, to: Person): Belief<boolean> {
    return entry(this.#blocks, `${from.username}>${to.username}`);
  }
  /** A block was sent and not answered since the last look. */
  get hasOpenBlock(): boolean {
    return [...this.#blocks.values()].some(({ sure }) => sure === undefined);
  }
  reaction(person: Person, post: Post): Belief<string | null> {
    const found = post.reactions.get(person) ?? new Belief<string | null>(null);
    post.reactions.set(person, found);
    return found;
  }
  /** Posts long known to be gone are forgotten, but for a few, so that a long run stays bounded. */
  forget(keep: (post: Post) => boolean): void {
    this.posts = this.posts.filter((post) => post.text.sure !== null || this.touched.has(post) || keep(post));
  }
}

function entry(map: Map<string, Belief<boolean>>, key: string): Belief<boolean> {
  const found = map.get(key) ?? new Belief<boolean>(false);
  map.set(key, found);
  return found;
}
