import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Budget, RateLimits } from './rate-limits.ts';

export interface RateLimitsContractOptions {
  name: string;
  /** Fresh ones; `other` are the same as another process has them, where processes share them. */
  create: () => Promise<{
    limits: RateLimits;
    other: RateLimits;
    /** Lets so much time pass. */
    pass: (ms: number) => Promise<void>;
  }>;
}

const budget: Budget = { name: 'test', takesMax: 3, windowMs: 1000 };

/** What every implementation of the port must do. */
export function rateLimitsContract({ name, create }: RateLimitsContractOptions): void {
  describe(`rate limits: ${name}`, () => {
    it('allow a budget a window and tell what is left', async () => {
      const { limits, other } = await create();
      const taken = [];
      for (const by of [limits, other, limits, other, limits]) taken.push(await by.take(budget, 'anna'));
      assert.deepEqual(
        taken.map(({ allowed }) => allowed),
        [true, true, true, false, false],
      );
      assert.deepEqual(
        taken.map(({ remaining }) => remaining),
        [2, 1, 0, 0, 0],
      );
      for (const { resetMs } of taken) assert.ok(resetMs > 0 && resetMs <= budget.windowMs, `${resetMs}`);
    });

    it('keep keys and budgets apart', async () => {
      const { limits } = await create();
      for (let i = 0; i < 4; i++) await limits.take(budget, 'anna');
      assert.equal((await limits.take(budget, 'berta')).remaining, 2);
      assert.equal((await limits.take({ ...budget, name: 'other' }, 'anna')).remaining, 2);
      const long = 'x'.repeat(5000);
      assert.equal((await limits.take(budget, `${long}1`)).remaining, 2);
      assert.equal((await limits.take(budget, `${long}2`)).remaining, 2);
    });

    it('return all of the budget when the window ends, which begins with the first take', async () => {
      const { limits, pass } = await create();
      const short = { ...budget, windowMs: 200 };
      for (let i = 0; i < 4; i++) await limits.take(short, 'anna');
      assert.equal((await limits.peek(short, 'anna')).allowed, false);
      await pass((await limits.peek(short, 'anna')).resetMs);
      assert.deepEqual(await limits.take(short, 'anna'), { allowed: true, remaining: 2, resetMs: 200 });
    });

    it('peek without counting', async () => {
      const { limits } = await create();
      for (let i = 0; i < 10; i++)
        assert.deepEqual(await limits.peek(budget, 'anna'), { allowed: true, remaining: 2, resetMs: 1000 });
      for (let i = 0; i < 3; i++) await limits.take(budget, 'anna');
      const { allowed, remaining } = await limits.peek(budget, 'anna');
      assert.deepEqual([allowed, remaining], [false, 0]);
    });

    it('forget on reset', async () => {
      const { limits, other } = await create();
      for (let i = 0; i < 4; i++) await limits.take(budget, 'anna');
      await other.reset(budget, 'anna');
      assert.equal((await limits.take(budget, 'anna')).remaining, 2);
    });

    it('let no more than its slack through beyond a budget, for each process', async () => {
      const { limits, other } = await create();
      const slack = 4;
      const wide = { ...budget, takesMax: 20, windowMs: 60_000, slack };
      const allowed = [0, 0];
      for (let i = 0; i < 60; i++) {
        for (const [n, each] of [limits, other].entries())
          if ((await each.take(wide, 'anna')).allowed) allowed[n]!++;
        // What is told in the background arrives.
        await other.peek({ ...budget, name: 'exact' }, 'anna');
        await limits.peek({ ...budget, name: 'exact' }, 'anna');
      }
      const all = allowed[0]! + allowed[1]!;
      assert.ok(all >= wide.takesMax && all <= wide.takesMax + 2 * slack, `${all} were let through`);
      for (const each of [limits, other]) assert.equal((await each.peek(wide, 'anna')).allowed, false);
      await limits.reset(wide, 'anna');
      assert.equal((await limits.take(wide, 'anna')).allowed, true);
    });

    it('let exactly the budget through when many take at once', async () => {
      const { limits, other } = await create();
      const wide = { ...budget, takesMax: 20 };
      const takes = Array.from({ length: 50 }, (_, i) => (i % 2 ? limits : other).take(wide, 'anna'));
      const allowed = (await Promise.all(takes)).filter((verdict) => verdict.allowed);
      assert.equal(allowed.length, 20);
    });
  });
}
