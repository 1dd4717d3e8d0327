/** The fault run in small, on engines of its own: those of the other tests are not for killing. See test/faults/README.md. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EngineSet } from '../../tools/engines/engine-set.ts';
import { openTestSet } from '../../tools/engines/test-set.ts';
import { runFaults } from '../faults/fault-run.ts';

let set: EngineSet;

before(async () => {
  set = await openTestSet({ three: false });
  await set.start();
});
after(() => set?.stop({ wipe: true }));

async function run(options: { faults: number; only: RegExp; bug?: string }) {
  const said: string[] = [];
  const code = await runFaults({
    seed: 20_260_101,
    three: false,
    minutesMax: 10,
    run: set.folder,
    say(line) {
      said.push(line);
      console.log(line);
    },
    ...options,
  });
  return { code, said: said.join('\n') };
}

test('5 faults under load, one of each kind of engine and of the program, break no promise', async () => {
  const only = /^(api killed|cassandra killed|kafka killed|redis killed|opensearch wiped)$/;
  const { code, said } = await run({ faults: 5, only });
  assert.equal(code, 0, said);
});

test('what is answered before it is decided is found missing', async () => {
  const { code, said } = await run({ faults: 1, only: /^api killed$/, bug: 'early-answer' });
  assert.equal(code, 1, said);
  assert.match(said, /PROMISES BROKEN/);
  assert.doesNotMatch(said, /THE RUN ITSELF FAILED/);
});
