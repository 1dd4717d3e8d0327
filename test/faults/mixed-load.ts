import { BrokenPromise } from '../torture/api-client.ts';
import { Belief, type Ledger, type Person } from '../torture/ledger.ts';
import { nextOperation } from '../torture/next-operation.ts';
import type { Operation } from '../torture/operation.ts';
import type { Random } from '../torture/random.ts';
import type { Availability } from './availability.ts';
import { Contests } from './contests.ts';
import { nextRead } from './reads.ts';
import { RetryingClient } from './retrying-client.ts';

const clients = 12;
const peoplePerClient = 2;
const peopleMax = 44;
const postsMax = 40;
const thinkMs = { min: 80, max: 520 };
const readShare = 0.58;
const contestShare = 0.02;
/** A first try that is still under way somewhere ends within it, once everything is whole again. */
const doubtMs = 15_000;
const creationsKept = 80;
/** More would push the oldest group of a subject off the list, and a count could not be compared. */
const readNotificationsMax = 2;

export interface LoadOptions {
  ledger: Ledger;
  random: Random;
  ports: readonly number[];
  availability: Availability;
}

/** People who read and write through clients of their own, for as long as they are told to. */
export class MixedLoad {
  readonly contests = new Contests();
  readonly tally = { acknowledged: 0, refused: 0, unknown: 0, acknowledgedSecond: 0, reads: 0 };
  /** Promises that were seen broken while things went on. */
  readonly broken: string[] = [];
  readonly creations: Operation[] = [];
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #availability: Availability;
  readonly #clients: RetryingClient[];
  readonly #rivals: RetryingClient[];
  readonly #readUpTo = new Map<Person, number>();
  #keys = 0;
  #isStopped = false;
  #wholeSinceMs = performance.now();

  constructor({ ledger, random, ports, availability }: LoadOptions) {
    this.#ledger = ledger;
    this.#random = random;
    this.#availability = availability;
    this.#clients = Array.from({ length: clients }, (_, i) => new RetryingClient(ports, availability, i));
    this.#rivals = Array.from({ length: 3 }, (_, i) => new RetryingClient(ports, availability, i));
  }

  /** For questions after the load. */
  get asker(): RetryingClient {
    return this.#rivals[0]!;
  }

  async begin(): Promise<void> {
    for (let i = 0; i < clients * peoplePerClient; i++) {
      const username = this.#ledger.newMarker('u');
      const body = {
        username,
        email: `${username}@example.org`,
        password,
        displayName: `${username} new`,
      };
      const { answer } = await this.#clients[i % clients]!.send({ method: 'POST', path: '/v1/users', body });
      if (answer === 'unknown' || answer.status !== 201)
        throw new BrokenPromise(`registering before any fault: ${JSON.stringify(answer)}`);
      this.#add({ username, password, id: answer.body.user.id, token: answer.body.token }, i % clients);
    }
  }

  /** Everything that was broken works again: what is still under way will have ended some time after. */
  isWhole(): void {
    this.#wholeSinceMs = performance.now();
  }

  async run(): Promise<void> {
    await Promise.all(this.#clients.map((client, i) => this.#live(client, i)));
  }

  stop(): void {
    this.#isStopped = true;
  }

  close(): void {
    for (const client of [...this.#clients, ...this.#rivals]) client.close();
  }

  async #live(client: RetryingClient, index: number): Promise<void> {
    const random = this.#random.fork(`client ${index}`);
    /** A write without a key may be carried out late, and undo what was written since: until then nothing more is. */
    let doubtSinceMs: number | undefined;
    while (!this.#isStopped) {
      try {
        if (doubtSinceMs !== undefined && this.#isOver(doubtSinceMs)) doubtSinceMs = undefined;
        if (doubtSinceMs !== undefined || random.chance(readShare)) await this.#read(client, index, random);
        else if (random.chance(contestShare)) await this.#contest(index, random);
        else if (await this.#write(client, index, random)) doubtSinceMs = performance.now();
      } catch (error) {
        if (!(error instanceof BrokenPromise)) throw error;
        this.broken.push(`while ${this.#availability.fault}: ${error.message}`);
      }
      const ms = thinkMs.min + random.below(thinkMs.max - thinkMs.min);
      await new Promise((wake) => setTimeout(wake, ms));
    }
  }

  #isOver = (sinceMs: number) =>
    this.#availability.fault === 'none' &&
    performance.now() - Math.max(sinceMs, this.#wholeSinceMs) > doubtMs;

  #own = (index: number) => this.#ledger.people.filter(({ client }) => client === index);

  async #read(client: RetryingClient, index: number, random: Random): Promise<void> {
    this.tally.reads++;
    const me = random.pick(this.#own(index));
    await nextRead(random)({ client, me, ledger: this.#ledger, random });
  }

  async #contest(index: number, random: Random): Promise<void> {
    const username = this.#ledger.newMarker('w');
    const order = random.chance(0.5) ? this.#rivals : this.#rivals.toReversed();
    const winner = await this.contests.hold(username, order);
    if (winner && this.#ledger.people.length < peopleMax) this.#add(winner, index);
  }

  /** True where the first try is in doubt and has no key that would keep it from being done late. */
  async #write(client: RetryingClient, index: number, random: Random): Promise<boolean> {
    const own = this.#own(index);
    const newKey = () => `faults-${index}-${++this.#keys}`;
    const operation = nextOperation({ ledger: this.#ledger, random, own, postsMax, newKey });
    if (!operation || !this.#mayRead(operation, own)) return false;
    const { answer, isDoubtful } = await client.send(operation.call);
    if (isDoubtful) operation.unanswered();
    if (answer === 'unknown') this.tally.unknown++;
    else this.#settle(operation, answer, isDoubtful);
    return isDoubtful && operation.call.key === undefined;
  }

  #mayRead({ call }: Operation, own: readonly Person[]): boolean {
    if (call.path !== '/v1/notifications/read') return true;
    const me = own.find(({ token }) => token === call.token)!;
    const times = (this.#readUpTo.get(me) ?? 0) + 1;
    this.#readUpTo.set(me, times);
    return times <= readNotificationsMax;
  }

  #settle(operation: Operation, answer: { status: number; body: unknown }, isSecond: boolean): void {
    const { call, refusals } = operation;
    if (refusals.includes(answer.status)) {
      this.tally.refused++;
      return;
    }
    if (answer.status < 200 || answer.status > 299)
      throw new BrokenPromise(`${call.method} ${call.path}: ${JSON.stringify(answer)}`);
    this.tally.acknowledged++;
    if (isSecond) this.tally.acknowledgedSecond++;
    operation.acknowledged(answer.body, answer.status);
    if (!operation.madeId) return;
    // A few of every time: what was acknowledged in whatever state things were.
    if (this.creations.length < creationsKept) this.creations.push(operation);
    else if (this.#random.chance(0.1)) this.creations[this.#random.below(creationsKept)] = operation;
  }

  #add(found: { username: string; password: string; id: string; token: string }, client: number): void {
    this.#ledger.noteId(found.id);
    this.#ledger.people.push({
      ...found,
      displayName: new Belief<string>(`${found.username} new`),
      client,
      readUpTo: undefined,
      newestNotification: undefined,
      longSubjects: new Set(),
    });
  }
}

const password = 'correct horse battery staple 7';
