import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalid } from '../../lib/refusal.ts';
import { chooseUsername } from './choose-username.ts';
import { dataKindOf } from './data-kind.ts';

test('COMPAT-6 a dataType is text, a photo or video, or nothing that is taken', () => {
  for (const type of ['text', 'TEXT', 'text/plain', '.txt', ' md ']) assert.equal(dataKindOf(type), 'text');
  for (const type of ['png', 'JPG', 'image/webp', 'video/mp4', '.mov'])
    assert.equal(dataKindOf(type), 'media');
  for (const type of ['', 'exe', 'application/pdf', 'texture']) assert.equal(dataKindOf(type), 'unknown');
});

const register = (taken: readonly string[]) => async (username: string) => {
  if (taken.includes(username)) throw invalid('username', 'This username is taken.');
  return username;
};

test('COMPAT-7 a username comes from the name, else from the address, else from nothing', async () => {
  const choose = (name: string | undefined, email: string, taken: string[] = []) =>
    chooseUsername({ name, email }, '038e44wp000', register(taken));
  assert.equal(await choose('Anna Öztürk', 'a@example.org'), 'anna_ozturk');
  assert.equal(await choose('王', 'wang.wei@example.org'), 'wang_wei');
  assert.equal(await choose(undefined, '王@example.org'), 'person');
  assert.equal(await choose('Anna', 'a@example.org', ['anna', 'anna2']), 'anna3');
  const all = ['anna', ...[2, 3, 4, 5, 6, 7, 8, 9].map((number) => `anna${number}`)];
  assert.equal(await choose('Anna', 'a@example.org', all), 'anna_038e44wp000');
  assert.ok((await choose('x'.repeat(200), 'a@example.org')).length <= 30);
});

test('COMPAT-7 what is wrong with anything but the name is told at once', async () => {
  const refuse = async () => {
    throw invalid('email', 'This is no address.');
  };
  await assert.rejects(
    chooseUsername({ name: 'Anna', email: '' }, '038e44wp000', refuse),
    /This is no address/,
  );
});
