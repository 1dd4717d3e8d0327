import type { Ledger } from '../torture/ledger.ts';

const answersMax = 10_000;

/** What the index holds that is there no more, and what it lacks: by the engine's own account, past our own code. */
export async function indexDifference(
  url: string,
  prefix: string,
  ledger: Ledger,
): Promise<{ lacking: string[]; left: string[] }> {
  // OpenSearch takes part in nothing that was not refreshed.
  await fetch(`${url}/${prefix}-*/_refresh`, { method: 'POST' });
  const asked = await fetch(`${url}/${prefix}-v*-posts/_search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ size: answersMax, _source: false }),
  });
  const answer = (await asked.json()) as { hits?: { hits: { _id: string }[] } };
  if (!answer.hits) throw new Error(`OpenSearch says ${JSON.stringify(answer)}`);
  const indexed = new Set(answer.hits.hits.map(({ _id }) => _id));
  const known = ledger.posts.filter(({ id }) => id !== undefined);
  return {
    lacking: known
      .filter(({ id, text }) => typeof text.sure === 'string' && !indexed.has(id!))
      .map(({ id }) => id!),
    left: known.filter(({ id, text }) => text.sure === null && indexed.has(id!)).map(({ id }) => id!),
  };
}
