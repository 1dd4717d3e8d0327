import type { Id } from '../../lib/ids.ts';
import { mentionsIn } from '../../lib/text.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Graph } from '../graph/index.ts';
import { mentionsMax } from './post.ts';

export interface MentionDeps {
  accounts: Pick<AccountDirectory, 'findByUsername'>;
  graph: Pick<Graph, 'viewer'>;
}

/** The accounts a text names with `@`, in order of appearance; those blocked either way are not named by it. */
export async function resolveMentions(
  { accounts, graph }: MentionDeps,
  authorId: Id,
  text: string,
): Promise<Id[]> {
  if (!text.includes('@')) return [];
  const names = mentionsIn(text, mentionsMax);
  if (names.length === 0) return [];
  const [found, { blocked }] = await Promise.all([
    Promise.all(names.map((name) => accounts.findByUsername(name))),
    graph.viewer(authorId),
  ]);
  return found.flatMap((account) => (account && !blocked.has(account.id) ? [account.id] : []));
}
