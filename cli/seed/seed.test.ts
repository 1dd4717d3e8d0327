import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { Refusal } from '../../src/lib/refusal.ts';
import { type Kith, openKith } from '../../src/main.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { seed } from './seed.ts';
import { createSeedClock } from './seed-clock.ts';

const dayMs = 86_400_000;

async function withKith(use: (kith: Kith) => Promise<void>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'kith-seed-'));
  const settings = loadConfig({ environment: {}, overrides: { data, logLevel: 'silent' } });
  const kith = await openKith(settings, { clock: createSeedClock() });
  try {
    await use(kith);
  } finally {
    await kith.close();
    rmSync(data, { recursive: true });
  }
}

const stranger = {
  username: 'stranger',
  email: 'me@home.example',
  password: 'quite a long one',
  device: 'test',
};

test('seeds an empty place with a world that lies in its past', async () => {
  await withKith(async (kith) => {
    const { users, posts, follows, comments, reactions, logins, password } = await seed({
      kith,
      users: 40,
      posts: 120,
    });
    assert.deepEqual([users, posts], [40, 120]);
    assert.ok(follows > 40 && comments > 0 && reactions > 0);

    const login = { login: logins.at(-1)!, password, device: 'test' };
    const { account } = await kith.features.accounts.logIn(login);
    const places = await kith.features.posts.listByAuthor(account.id, { limit: 100 });
    assert.ok(places.length > 0);
    const nowMs = systemClock.nowMs();
    for (const { postId } of places) {
      const post = await kith.features.posts.get(postId);
      assert.ok(post!.createdAtMs > account.createdAtMs && post!.createdAtMs <= nowMs);
    }
    assert.ok(nowMs - account.createdAtMs > 30 * dayMs);
  });
});

test('does not mix with people who came on their own unless told to', async () => {
  await withKith(async (kith) => {
    await kith.features.accounts.register(stranger);
    const asked = () => seed({ kith, users: 3, posts: 3 });
    await assert.rejects(asked(), (error) => error instanceof Refusal && error.code === 'conflict');
    assert.equal((await seed({ kith, users: 3, posts: 3, force: true })).users, 3);
  });
});

test('seeding again adds people under other names', async () => {
  await withKith(async (kith) => {
    for (let round = 0; round < 3; round++) {
      assert.equal((await seed({ kith, users: 5, posts: 5 })).users, 5);
    }
  });
});

test('refuses sizes that make no sense', async () => {
  await withKith(async (kith) => {
    await assert.rejects(seed({ kith, users: 0, posts: 1 }), /--users takes a whole number/);
    await assert.rejects(seed({ kith, users: 5, posts: Number.NaN }), /--posts takes a whole number/);
  });
});
