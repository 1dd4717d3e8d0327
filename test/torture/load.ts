import { type ApiClient, BrokenPromise } from './api-client.ts';
import { Belief, type Ledger, type Person } from './ledger.ts';
import { nextOperation } from './next-operation.ts';
import type { Operation } from './operation.ts';
import type { Random } from './random.ts';

export const clients = 12;
const peoplePerClient = 2;
const peopleMax = 40;
const password = 'correct horse battery staple 7';

export interface Tally {
  acknowledged: number;
  refused: number;
  unanswered: number;
  repeated: number;
}

/** The people's clients: each sends one write at a time, all of them at once. */
export class Load {
  readonly tally: Tally = { acknowledged: 0, refused: 0, unanswered: 0, repeated: 0 };
  readonly #ledger: Ledger;
  readonly #random: Random;
  /** Set for the sake of keys that no other run used. */
  #keys = 0;
  #unanswered: Operation[] = [];
  #lastCreations: Operation[] = [];
  #stopped = false;

  constructor(ledger: Ledger, random: Random) {
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Registers the people who act, once. */
  async begin(api: ApiClient): Promise<void> {
    const jobs = Array.from({ length: clients * peoplePerClient }, (_, i) => this.register(api, i % clients));
    await Promise.all(jobs);
  }

  /** One more person, known to the ledger once acknowledged or found. */
  async register(api: ApiClient, client: number): Promise<void> {
    const username = this.#ledger.newMarker('u');
    const displayName = `${username} new`;
    const body = { username, email: `${username}@example.org`, password, displayName };
    const answer = await api.send({ method: 'POST', path: '/v1/users', body });
    if (answer === 'unknown') {
      this.tally.unanswered++;
      this.#registrations.push({ username, displayName, client });
      return;
    }
    if (answer.status !== 201) throw refusal('POST /v1/users', answer);
    this.tally.acknowledged++;
    this.#addPerson({ username, displayName, client }, answer.body);
  }

  #registrations: { username: string; displayName: string; client: number }[] = [];

  #addPerson(
    { username, displayName, client }: { username: string; displayName: string; client: number },
    { user, token }: { user: { id: string }; token: string },
  ): void {
    this.#ledger.noteId(user.id);
    const person: Person = {
      username,
      password,
      id: user.id,
      token,
      displayName: new Belief<string>(displayName),
      client,
      readUpTo: undefined,
      newestNotification: undefined,
      longSubjects: new Set(),
    };
    this.#ledger.people.push(person);
  }

  /** Writes until `stop` or until the connection is lost. */
  async run(api: ApiClient, { part, postsMax }: { part: string; postsMax: number }): Promise<void> {
    this.#stopped = false;
    const jobs = Array.from({ length: clients }, (_, client) =>
      this.#runClient(api, client, this.#random.fork(`${part}/${client}`), postsMax),
    );
    await Promise.all(jobs);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #runClient(api: ApiClient, client: number, random: Random, postsMax: number): Promise<void> {
    if (random.chance(0.04) && this.#ledger.people.length < peopleMax) await this.register(api, client);
    const own = this.#ledger.people.filter((person) => person.client === client);
    const newKey = () => `torture-${client}-${++this.#keys}`;
    while (!this.#stopped) {
      const operation = nextOperation({ ledger: this.#ledger, random, own, postsMax, newKey });
      if (operation && !(await this.#perform(api, operation))) return;
      // Lets other clients' answers in even when a run of choices had nothing to act on.
      if (!operation) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** False once the connection is lost. */
  async #perform(api: ApiClient, operation: Operation): Promise<boolean> {
    let answer = await api.send(operation.call);
    if (answer !== 'unknown' && answer.status === 503) answer = await api.send(operation.call);
    if (answer === 'unknown' || answer.status === 503) {
      this.tally.unanswered++;
      operation.unanswered();
      this.#unanswered.push(operation);
      return false;
    }
    this.#settle(operation, answer);
    return true;
  }

  #settle(operation: Operation, answer: { status: number; body: unknown }): void {
    const { call } = operation;
    if (operation.refusals.includes(answer.status)) {
      this.tally.refused++;
      return;
    }
    if (answer.status < 200 || answer.status > 299) throw refusal(`${call.method} ${call.path}`, answer);
    this.tally.acknowledged++;
    operation.acknowledged(answer.body, answer.status);
    if (operation.madeId) this.#lastCreations = [...this.#lastCreations.slice(1 - creationsKept), operation];
  }

  /**
   * After a restart: half of what went unanswered is sent once more with the same key, and so are a few creations that
   * were acknowledged, which must not happen twice. The rest stays open: it happened once or not at all.
   */
  async repeat(api: ApiClient, random: Random): Promise<void> {
    for (const operation of this.#unanswered) if (random.chance(0.5)) await this.#again(api, operation);
    for (const operation of this.#lastCreations) if (random.chance(0.5)) await this.#again(api, operation);
    this.#unanswered = [];
    this.#lastCreations = [];
    for (const wanted of this.#registrations) await this.#findRegistered(api, wanted);
    this.#registrations = [];
  }

  async #again(api: ApiClient, operation: Operation): Promise<void> {
    const { call, madeId } = operation;
    const before = madeId?.();
    const answer = await api.send(call);
    if (answer === 'unknown') throw new BrokenPromise(`${call.path}: the connection failed`);
    this.tally.repeated++;
    // What it was about may be gone by now; then nothing new is known.
    if (answer.status === 404) return;
    if (before === undefined) this.#settle(operation, answer);
    else if ((answer.body as { id?: string } | null)?.id !== before)
      throw refusal(`${call.path} with the key of ${before} again`, answer);
  }

  async #findRegistered(api: ApiClient, wanted: { username: string; displayName: string; client: number }) {
    const body = { login: wanted.username, password };
    const answer = await api.send({ method: 'POST', path: '/v1/sessions', body });
    if (answer !== 'unknown' && answer.status === 201) this.#addPerson(wanted, answer.body);
    else if (answer === 'unknown' || answer.status !== 401) throw refusal('POST /v1/sessions', answer);
  }
}

const creationsKept = 6;

function refusal(what: string, answer: unknown): BrokenPromise {
  return new BrokenPromise(`${what}: ${JSON.stringify(answer)}`);
}
