import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, type Id } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { write } from '../../ports/records/records.ts';
import { attemptsMax, createJobQueue, type HeldJob, jobHint, leaseMs } from './job-queue.ts';
import { mediaJobMarks, mediaProgress } from './tables.ts';

const dayMs = 86_400_000;

function world() {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records } = createMemoryStore({ nowMs: clock.nowMs });
  const queue = () => createJobQueue({ records, clock, ids });
  const enqueue = async (jobs = queue()): Promise<Id> => {
    const mediaId = ids.next();
    const then = [write.put(mediaProgress, [mediaId], { progress: 0 })];
    await records.commit({
      claims: [jobs.enqueueWrite(mediaId)],
      decide: [],
      then,
      hints: [jobHint(mediaId)],
    });
    return mediaId;
  };
  return { clock, records, queue, enqueue };
}

test('MEDIA-10: each job is held by one at a time, of however many that ask', async () => {
  const { queue, enqueue } = world();
  const wanted = await Promise.all(Array.from({ length: 30 }, () => enqueue()));
  const taken: Id[] = [];
  const takeAll = async () => {
    const jobs = queue();
    for (let job = await jobs.take(); job; job = await jobs.take()) taken.push(job.row.mediaId);
  };
  await Promise.all([takeAll(), takeAll(), takeAll()]);
  assert.deepEqual(taken.toSorted(), wanted.toSorted());
});

test('MEDIA-10: a job whose holder died is begun again, and the dead one has lost it', async () => {
  const { clock, queue, enqueue } = world();
  await enqueue();
  const jobs = queue();
  const first = (await jobs.take())!;
  assert.equal(await jobs.take(), undefined);
  clock.advance(leaseMs - 1);
  assert.equal(await jobs.renew(first), true);
  clock.advance(leaseMs - 1);
  assert.equal(await jobs.take(), undefined, 'renewed in time');
  clock.advance(1);
  const second = (await queue().take())!;
  assert.deepEqual([second.row.mediaId, second.row.attempts], [first.row.mediaId, 2]);
  assert.equal(await jobs.renew(first), false);
  await jobs.finish(first);
  assert.equal(await jobs.renew(second), true, 'who lost it cannot end it');
  await jobs.finish(second);
  clock.advance(10 * leaseMs);
  assert.equal(await jobs.take(), undefined);
});

test('MEDIA-11: what fails is tried again later and later, then laid aside', async () => {
  const { clock, queue, enqueue } = world();
  const mediaId = await enqueue();
  const jobs = queue();
  const waits: number[] = [];
  for (let attempt = 1; ; attempt++) {
    let job: HeldJob | undefined;
    let waitedMs = 0;
    for (; !job; waitedMs += 1000) {
      job = await jobs.take();
      if (!job) clock.advance(1000);
    }
    waits.push((waitedMs - 1000) / 1000);
    assert.equal(job.row.attempts, attempt);
    assert.equal(jobs.isLastTry(job), attempt === attemptsMax);
    if ((await jobs.fail(job, `no ${attempt}`)) === 'dead') break;
  }
  assert.deepEqual(waits, [0, 5, 20, 80, 320, 1280]);
  clock.advance(10 * dayMs);
  assert.equal(await jobs.take(), undefined);
  const [dead, ...more] = await jobs.dead();
  assert.deepEqual([dead?.mediaId, dead?.attempts, dead?.error, more.length], [mediaId, 6, 'no 6', 0]);
  await jobs.forgetDead(dead!);
  assert.deepEqual(await jobs.dead(), []);
});

test('MEDIA-10: jobs of earlier days are found, and days that are over are not looked at again', async () => {
  const { clock, queue, enqueue, records } = world();
  const jobs = queue();
  const old = await enqueue();
  clock.advance(40 * dayMs);
  const fresh = await enqueue();
  const taken: HeldJob[] = [];
  for (let job = await jobs.take(); job; job = await jobs.take()) taken.push(job);
  assert.deepEqual(taken.map(({ row }) => row.mediaId).toSorted(), [old, fresh]);
  for (const job of taken) await jobs.finish(job);
  assert.equal(await jobs.take(), undefined);
  const today = Math.floor(clock.nowMs() / dayMs);
  for (let shard = 0; shard < 8; shard++) {
    const mark = (await records.get(mediaJobMarks, [String(shard)]))?.value.day;
    assert.ok(mark !== undefined && mark >= today - 1 && mark <= today, `${mark} of ${today}`);
  }
  const last = await enqueue();
  assert.equal((await jobs.take())?.row.mediaId, last);
});
