import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ByteBudget } from './byte-budget.ts';

test('a byte budget lets in as many as fit, the others in order', async () => {
  const budget = new ByteBudget(10);
  const order: string[] = [];
  const enter = async (name: string, bytes: number) => {
    await budget.take(bytes);
    order.push(name);
  };
  await enter('a', 6);
  await enter('b', 4);
  void enter('c', 8);
  void enter('d', 1);
  budget.give(4);
  await turn();
  assert.deepEqual(order, ['a', 'b'], 'the small one does not overtake');
  budget.give(6);
  await turn();
  assert.deepEqual(order, ['a', 'b', 'c', 'd']);
});

test('a byte budget gives more than there is to one who is alone', async () => {
  const budget = new ByteBudget(10);
  assert.equal(budget.take(100), undefined);
  let isIn = false;
  const next = Promise.resolve(budget.take(1)).then(() => {
    isIn = true;
  });
  await turn();
  assert.equal(isIn, false);
  budget.give(100);
  await next;
});
