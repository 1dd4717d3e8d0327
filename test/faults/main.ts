/**
 * `npm run faults`: a whole cluster on this machine, with people who use it, while one thing after another fails.
 *
 *     npm run faults -- --faults 50 --seed 1 --three
 *
 * `--only REGEXP` takes kinds of faults by name, `--minutes N` begins no further fault after that time, `--run DIR` uses
 * engines that run there, and `--bug NAME` plants a mistake of planted-bugs.ts, which must be found.
 *
 * See README.md. Ends with 0 when every promise held and 1 otherwise.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runFaults } from './fault-run.ts';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    three: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '120' },
    only: { type: 'string' },
    run: { type: 'string' },
    bug: { type: 'string' },
  },
});

process.exitCode = await runFaults({
  faults: Number(values.faults),
  seed: Number(values.seed),
  three: values.three,
  minutesMax: Number(values.minutes),
  only: values.only === undefined ? undefined : new RegExp(values.only),
  run: values.run,
  bug: values.bug,
  say: (line) => console.log(line),
});
