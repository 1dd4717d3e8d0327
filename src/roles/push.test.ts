import assert from 'node:assert/strict';
import { createECDH } from 'node:crypto';
import { test } from 'node:test';
import { featuresInMemory } from './test-features.ts';

test('PUSH-3, PUSH-4: what is done to somebody’s post reaches their browser, until they log out there', async () => {
  const { features, person, pushSender, log } = featuresInMemory();
  const { accounts, notifications, posts, push, reactions } = features;
  const [ann, bob] = [await person('ann'), await person('bob')];
  const consumers = [await notifications.consume(log), await push.consume(log)];
  const settle = async () => {
    // The second follows what the first leaves.
    for (const each of consumers) await each.caughtUp();
    await push.idle();
  };
  const p256dh = createECDH('prime256v1').generateKeys('base64url');
  const keys = { p256dh, auth: Buffer.alloc(16).toString('base64url') };
  await push.subscribe(ann, { endpoint: 'https://push.example/ann', keys, device: 'a browser' });
  const { post } = await posts.create(ann, { text: 'hello' });
  await reactions.react(bob, { postId: post.id, reaction: 'like' });
  await settle();
  assert.deepEqual(
    pushSender.sent.map(({ message }) => JSON.parse(message.text)),
    [
      {
        tag: `like:${post.id}`,
        text: 'bob liked your post',
        kind: 'like',
        names: ['bob'],
        count: 1,
        path: `/p/${post.id}`,
        unread: 1,
      },
    ],
  );
  const { post: next } = await posts.create(ann, { text: 'hello again' });
  await accounts.endCurrentSession(ann);
  await reactions.react(bob, { postId: next.id, reaction: 'like' });
  await settle();
  assert.equal(pushSender.sent.length, 1);
  for (const each of consumers) await each.close();
});
