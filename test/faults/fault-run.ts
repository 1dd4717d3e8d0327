import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineSet } from '../../tools/engines/engine-set.ts';
import { openTestSet } from '../../tools/engines/test-set.ts';
import { Ledger } from '../torture/ledger.ts';
import { createRandom } from '../torture/random.ts';
import { Availability, answeredShareMin } from './availability.ts';
import { checkAll } from './check-all.ts';
import { type FaultKind, planFaults } from './fault-kinds.ts';
import { Fleet } from './fleet.ts';
import { indexDifference } from './index-difference.ts';
import { untilInSync } from './kafka-in-sync.ts';
import { MachineLoad } from './machine-load.ts';
import { MixedLoad } from './mixed-load.ts';
import { PatientClient } from './patient-client.ts';
import { Photos } from './photos.ts';
import { StaleProbe } from './stale-probe.ts';

/** Between two faults: so that what one did shows before the next. */
const calmMs = 3_000;
/** What a killed process left half done is finished by others within it. */
const restMs = 20_000;
const indexMsMax = 120_000;
/** Above the engines' own, within the range that was found free. */
const portsAbove = 110;

export interface FaultRunOptions {
  faults: number;
  seed: number;
  three: boolean;
  /** No further fault is begun after it. */
  minutesMax: number;
  only?: RegExp | undefined;
  /** The folder of engines to use and to leave running, of whatever number they are. */
  run?: string | undefined;
  /** A mistake that every process makes, of planted-bugs.ts. */
  bug?: string | undefined;
  say: (line: string) => void;
}

/** Answers the exit code: 0 where every promise held. */
export async function runFaults(options: FaultRunOptions): Promise<number> {
  const { say, run } = options;
  const folder = mkdtempSync(join(tmpdir(), 'kith-faults-'));
  const set =
    run === undefined
      ? await openTestSet({ three: options.three, report: say })
      : new EngineSet({ folder: run, report: say });
  const end = async () => {
    if (run === undefined) await set.stop({ wipe: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void end().finally(() => process.exit(1)));
  try {
    await set.start();
    return await new FaultRun(options, folder, set).whole();
  } catch (error) {
    say(`\nTHE RUN ITSELF FAILED, seed ${options.seed}: ${error instanceof Error ? error.stack : error}`);
    return 1;
  } finally {
    await end();
  }
}

class FaultRun {
  readonly #options: FaultRunOptions;
  readonly #folder: string;
  readonly #set: EngineSet;
  readonly #isThree: boolean;
  readonly #fleet: Fleet;
  readonly #ledger = new Ledger();
  readonly #availability = new Availability();
  readonly #stale = new StaleProbe();
  readonly #machine: MachineLoad;
  readonly #load: MixedLoad;
  readonly #photos: Photos;
  readonly #startedMs = performance.now();

  constructor(options: FaultRunOptions, folder: string, set: EngineSet) {
    this.#options = options;
    this.#folder = folder;
    this.#set = set;
    this.#isThree = set.nodes().filter(({ engine }) => engine === 'cassandra').length > 1;
    const engines = set.env();
    const port = Number(new URL(engines['KITH_OPENSEARCH']!).port) - 20 + portsAbove;
    this.#fleet = new Fleet({ folder, port, engines, replication: this.#isThree ? 3 : 1, bug: options.bug });
    this.#machine = new MachineLoad(() =>
      [...this.#fleet.nodes, ...set.nodes()].flatMap(({ pid }) => pid ?? []),
    );
    this.#load = new MixedLoad({
      ledger: this.#ledger,
      random: createRandom(options.seed).fork('load'),
      ports: this.#ports,
      availability: this.#availability,
    });
    this.#photos = new Photos(this.#load.asker, this.#ports, this.#availability);
  }

  get #ports(): number[] {
    return this.#fleet.apis.map(({ port }) => port);
  }

  async whole(): Promise<number> {
    const { say, seed } = this.#options;
    say(`seed ${seed}; the processes say what they say in ${this.#folder}`);
    let living: Promise<unknown> | undefined;
    this.#machine.begin();
    try {
      this.#fleet.migrate();
      await this.#fleet.start();
      say(`${this.#fleet.nodes.length} processes serve ${this.#fleet.namespace}, ${this.#seconds()}`);
      await this.#load.begin();
      await this.#photos.begin();
      living = Promise.all([this.#load.run(), this.#photos.run()]);
      this.#machine.now();
      await wait(calmMs);
      const done = await this.#faults();
      this.#stopLoad();
      await living;
      const broken = await this.#look(done);
      return this.#conclude(broken, done);
    } finally {
      this.#machine.end();
      this.#stopLoad();
      await living?.catch(() => {});
      this.#load.close();
      await this.#fleet.kill();
    }
  }

  #stopLoad(): void {
    this.#load.stop();
    this.#photos.stop();
  }

  /** Answers how many there were time for. */
  async #faults(): Promise<number> {
    const { faults, seed, only, minutesMax } = this.#options;
    const plan = planFaults(faults, createRandom(seed).fork('plan'), only);
    for (const [i, kind] of plan.entries()) {
      if (performance.now() - this.#startedMs > minutesMax * 60_000) return i;
      await this.#fault(i, kind);
      await wait(calmMs);
    }
    return plan.length;
  }

  async #fault(index: number, kind: FaultKind): Promise<void> {
    const { seed, say } = this.#options;
    const random = createRandom(seed).fork(`fault ${index}`);
    const startMs = performance.now();
    // One machine that keeps the records is no more than one.
    this.#availability.begin(kind.name, { isExcused: kind.engine === 'cassandra' && !this.#isThree });
    const scene = { set: this.#set, fleet: this.#fleet, random, stale: this.#stale };
    const said = await kind.strike(scene);
    const struckMs = performance.now();
    await this.#untilWhole();
    const healedMs = performance.now();
    this.#availability.end();
    this.#load.isWhole();
    const ms = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
    say(
      `${String(index + 1).padStart(4)} ${said} (${ms(startMs, struckMs)}), whole after ${ms(struckMs, healedMs)} more; ${this.#seconds()}; ${this.#machine.now()}`,
    );
  }

  async #untilWhole(): Promise<void> {
    await this.#set.ready();
    await untilInSync(this.#set.env()['KITH_KAFKA']!.split(','));
    await this.#fleet.untilReady();
  }

  async #look(faults: number): Promise<string[]> {
    const { say, seed } = this.#options;
    say(`${faults} faults; at rest after ${restMs / 1000} s, ${this.#seconds()}`);
    await wait(restMs);
    await this.#fleet.untilReady();
    const apis = this.#ports.map((port) => new PatientClient(port));
    const random = createRandom(seed).fork('look');
    const broken = await checkAll({
      apis,
      ledger: this.#ledger,
      random,
      creations: this.#load.creations,
      say,
    });
    for (const api of apis) api.close();
    await this.#lookAtNames(broken);
    broken.push(...(await this.#photos.check()));
    say(`  ${this.#photos.count} photos: looked at, ${this.#seconds()}`);
    await this.#lookAtIndex(broken);
    const ends = await this.#fleet.stop();
    broken.push(...this.#load.broken, ...this.#stale.broken, ...this.#fleet.surprises, ...ends);
    return broken;
  }

  async #lookAtNames(broken: string[]): Promise<void> {
    const { contests } = this.#load;
    for await (const wrong of contests.check(this.#load.asker)) broken.push(wrong);
    this.#options.say(`  ${contests.count} names that three wanted at once: looked at, ${this.#seconds()}`);
  }

  async #lookAtIndex(broken: string[]): Promise<void> {
    const endMs = performance.now() + (broken.length > 0 ? 0 : indexMsMax);
    const prefix = this.#fleet.namespace.replaceAll('_', '-');
    for (;;) {
      const { lacking, left } = await indexDifference(
        this.#set.env()['KITH_OPENSEARCH']!,
        prefix,
        this.#ledger,
      );
      if (lacking.length + left.length === 0) {
        this.#options.say('  between the index and the truth: no difference');
        return;
      }
      if (performance.now() > endMs) {
        broken.push(
          `the index lacks ${lacking.length} (${lacking[0]}) and has kept ${left.length} (${left[0]})`,
        );
        return;
      }
      await wait(500);
    }
  }

  #conclude(broken: string[], faults: number): number {
    const { say, seed } = this.#options;
    const { acknowledged, acknowledgedSecond, refused, unknown, reads } = this.#load.tally;
    say('');
    for (const line of this.#availability.lines()) say(line);
    for (const line of this.#availability.failures) say(`  not answered: ${line}`);
    for (const line of this.#availability.internal) say(`  500: ${line}`);
    const failedStarts = this.#fleet.nodes.reduce((sum, node) => sum + node.failedStarts, 0);
    say(
      `\n${acknowledged} writes acknowledged (${acknowledgedSecond} at the second try), ${refused} overtaken, ${unknown} never answered; ` +
        `${reads} reads; ${this.#load.contests.count} names contested, ${this.#load.contests.refused} refused; ` +
        `${failedStarts} starts in vain; hidden things shown after a pause for ${Math.round(this.#stale.worstMs)} ms at most`,
    );
    const { requests, failed, share } = this.#availability.share();
    const percent = (100 * share).toFixed(3);
    say(
      `answered after one more try: ${percent} percent of ${requests} reads and writes (${failed} were not)`,
    );
    say(this.#machine.summary());
    if (share < answeredShareMin) broken.push(`only ${percent} percent of reads and writes were answered`);
    const again = `npm run faults -- --faults ${this.#options.faults} --seed ${seed}${this.#isThree ? ' --three' : ''}`;
    if (broken.length > 0) {
      say(`\n${broken.length} PROMISES BROKEN, seed ${seed}:`);
      for (const line of broken) say(`- ${line}`);
      say(`Again: ${again}`);
      return 1;
    }
    say(`every promise held through ${faults} faults, ${this.#seconds()}; seed ${seed}`);
    return 0;
  }

  #seconds = () => `${((performance.now() - this.#startedMs) / 1000).toFixed(0)} s`;
}

const wait = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));
