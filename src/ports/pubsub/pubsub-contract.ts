import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PubSub } from './pubsub.ts';

export interface PubSubContractOptions {
  name: string;
  /** A fresh one; `other` is the same as another process has it, where processes share it. */
  create: () => Promise<{
    pubsub: PubSub;
    other: PubSub;
    /** Resolves when every subscription so far counts everywhere. */
    settled: () => Promise<void>;
  }>;
}

/** Resolves with the messages received once there are so many. */
function inbox(pubsub: PubSub, channel: string) {
  const received: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const end = pubsub.subscribe(channel, (message) => {
    received.push(message);
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
  });
  const got = async (count: number) => {
    if (received.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    return received;
  };
  return { received, got, end };
}

/** What every implementation of the port must do. */
export function pubsubContract({ name, create }: PubSubContractOptions): void {
  describe(`pubsub: ${name}`, () => {
    it('reaches every subscriber of the channel once, in every process, in order', async () => {
      const { pubsub, other, settled } = await create();
      const boxes = [inbox(pubsub, 'a'), inbox(pubsub, 'a'), inbox(other, 'a')];
      await settled();
      for (const message of ['one', 'zwei: ü 👋', '{"three":3}']) pubsub.publish('a', message);
      for (const box of boxes) assert.deepEqual(await box.got(3), ['one', 'zwei: ü 👋', '{"three":3}']);
      other.publish('a', 'four');
      for (const box of boxes) assert.deepEqual((await box.got(4)).slice(3), ['four']);
    });

    it('reaches nobody of another channel, and nobody who has left', async () => {
      const { pubsub, other, settled } = await create();
      const elsewhere = inbox(other, 'b');
      const left = inbox(other, 'a');
      const staying = inbox(other, 'a');
      await settled();
      left.end();
      left.end();
      pubsub.publish('a', 'one');
      pubsub.publish('b', 'two');
      assert.deepEqual(await staying.got(1), ['one']);
      assert.deepEqual(await elsewhere.got(1), ['two']);
      assert.deepEqual(left.received, []);
    });

    it('can be subscribed to again after the last has left', async () => {
      const { pubsub, other, settled } = await create();
      for (let round = 0; round < 3; round++) {
        const box = inbox(other, 'a');
        await settled();
        pubsub.publish('a', `round ${round}`);
        assert.deepEqual(await box.got(1), [`round ${round}`]);
        box.end();
      }
    });

    it('publishing to nobody does nothing', async () => {
      const { pubsub } = await create();
      pubsub.publish('nobody', 'hello');
    });
  });
}
