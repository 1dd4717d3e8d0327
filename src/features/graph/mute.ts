import type { Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import { attemptsMax, busy, type GraphContext, muteHint } from './context.ts';
import { mutes } from './tables.ts';

export const mutesMax = 10_000;

/** Keeps a person's posts out of one's feed; nobody else can tell. */
export async function mute(context: GraphContext, { userId }: Principal, reference: string): Promise<void> {
  const { records, accounts, clock, viewers } = context;
  const account = await accounts.resolve(reference);
  const { blocked, muted } = await viewers.get(userId);
  if (!account || blocked.has(account.id)) throw notFound();
  if (account.id === userId) throw invalid('id', 'You cannot mute yourself.');
  if (!muted.has(account.id) && muted.size >= mutesMax) {
    throw new Refusal('conflict', `You mute ${mutesMax} people, which is as many as can be muted.`, {
      reason: 'people-max',
    });
  }
  await records.commit({
    // A conflict says that it stands already.
    decide: [write.insert(mutes, [userId, account.id], { atMs: clock.nowMs() })],
    hints: [muteHint(userId, account.id)],
  });
  await viewers.refresh(userId, [account.id]);
}

export async function unmute(context: GraphContext, { userId }: Principal, reference: string): Promise<void> {
  const { records, accounts, viewers } = context;
  const mutedId = reference.startsWith('@') ? (await accounts.resolve(reference))?.id : reference;
  if (mutedId === undefined) return;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(mutes, [userId, mutedId]);
    if (!row) return;
    const result = await records.commit({
      decide: [write.remove(mutes, [userId, mutedId], row.version)],
      hints: [muteHint(userId, mutedId)],
    });
    if (result.ok) return viewers.refresh(userId, [mutedId]);
  }
  throw busy();
}
