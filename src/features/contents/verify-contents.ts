import { createHash } from 'node:crypto';
import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import type { ContentsContext } from './context.ts';
import { attemptsMax } from './hold-chunk.ts';
import { openContent, wholeContent } from './open-content.ts';
import { contents, contentsToVerify, verifyShard } from './tables.ts';

/** Of reading one content, whatever keeps it from being read. */
const triesMax = 5;
const batchMax = 100;

/** Reads one content whole and notes its checksum. */
async function verifyOne(context: ContentsContext, contentId: Id): Promise<void> {
  const { records } = context;
  const digest = createHash('sha256');
  const { body, content } = await openContent(context, contentId);
  if (content.sha256 === null) for await (const bytes of body) digest.update(bytes as Buffer);
  else body.destroy();
  const sha256 = content.sha256 ?? digest.digest('hex');
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = await wholeContent(context, contentId);
    const { ok } = await records.commit({
      decide: [write.replace(contents, [contentId], { ...row.value, sha256 }, row.version)],
      then: [write.remove(contentsToVerify, [verifyShard, contentId])],
      hints: [{ kind: 'content.verified', key: contentId, data: { contentId, sha256 } }],
    });
    if (ok) return;
  }
}

/** Verifies what waits for it; answers how many were. What cannot be read is given up after `triesMax`. */
export async function verifyWaiting(context: ContentsContext): Promise<number> {
  const { records, report } = context;
  const waiting = await records.list(contentsToVerify, [verifyShard], { limit: batchMax });
  for (const { key, value } of waiting) {
    const contentId = key[1]!;
    const attempts = (value.attempts ?? 0) + 1;
    try {
      await verifyOne(context, contentId);
    } catch (error) {
      const isGone = error instanceof Refusal && error.code === 'not-found';
      if (!isGone) report(error, `verifying the content ${contentId}`);
      await records.commit({
        decide: [
          isGone || attempts >= triesMax
            ? write.remove(contentsToVerify, key)
            : write.put(contentsToVerify, key, { attempts }),
        ],
        hints: [{ kind: 'content.unverified', key: contentId, data: { contentId, attempts } }],
      });
    }
  }
  return waiting.length;
}

export interface Verifier {
  /** Something waits: it is verified soon, one content at a time. */
  poke: () => void;
  /** Resolves when nothing is being verified, and nothing will be. */
  close: () => Promise<void>;
}

export function createVerifier(verify: () => Promise<number>, report: ContentsContext['report']): Verifier {
  let running: Promise<void> | undefined;
  let isPoked = false;
  let isClosed = false;
  const run = async () => {
    while (isPoked && !isClosed) {
      isPoked = false;
      // The janitor tries again.
      await verify().catch((error: unknown) => report(error, 'verifying files'));
    }
    running = undefined;
  };
  return {
    poke() {
      isPoked = true;
      if (!isClosed) running ??= run();
    },
    async close() {
      isClosed = true;
      await running;
    },
  };
}
