import { type Commit, type Records, RecordsError, type Write } from '../../ports/records/records.ts';

/**
 * Records as an engine without transactions may be: what follows a commit comes late, and whoever commits may never
 * learn that it took effect. What is late is written as of its commit: over nothing newer.
 */
export function laggingRecords(
  below: Records,
  given: { random: () => number; lateShare: number; lostShare: number },
): { records: Records; arrive(share: number): Promise<void> } {
  const { random, lateShare, lostShare } = given;
  const { commitsWhole: _, ...others } = below;
  const stamps = new Map<string, number>();
  const late: { stamp: number; commit: Commit }[] = [];
  let last = 0;
  const rowOf = ({ table, key }: Write) => [table.name, ...key].join('\0');
  const commit: Records['commit'] = async (wanted) => {
    const stamp = ++last;
    const chance = random();
    if (chance < lostShare / 2) throw new RecordsError('unavailable', 'lost before');
    if (chance > lostShare + lateShare) {
      const result = await below.commit(wanted);
      if (result.ok) for (const each of wanted.then ?? []) stamps.set(rowOf(each), stamp);
      return result;
    }
    const result = await below.commit({ ...wanted, then: [] });
    if (!result.ok) return result;
    late.push({ stamp, commit: wanted });
    if (chance < lostShare) throw new RecordsError('unavailable', 'lost after');
    return { ...result, isThenPending: true };
  };
  return {
    records: { ...others, commit },
    async arrive(share) {
      for (const each of late.splice(0, Math.ceil(late.length * share))) {
        const { stamp, commit: wanted } = each;
        const then = (wanted.then ?? []).filter((one) => (stamps.get(rowOf(one)) ?? 0) < stamp);
        for (const one of then) stamps.set(rowOf(one), stamp);
        await below.commit({ decide: [], then, hints: wanted.hints });
      }
    },
  };
}
