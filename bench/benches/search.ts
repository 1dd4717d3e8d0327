import type { BenchContext } from '../context.ts';
import { type Figure, figure, type Section } from '../report/figures.ts';
import { startKith } from '../servers/kith.ts';
import { commonWord, rareWord } from '../world/texts.ts';
import { comparePages, perSecondOf } from './compare.ts';

/** Search over everything that was posted: rare and common words, the beginning of a name, a hashtag. */
export async function benchSearch(context: BenchContext): Promise<Section> {
  const world = await context.world('large');
  const name = world.writers[0]!.username;
  const { token } = world.warmReaders[0]!;
  const queries = {
    'a rare word': `q=${rareWord}&type=posts`,
    'a common word': `q=${commonWord}&type=posts`,
    'the beginning of a name': `q=${name.slice(0, 3)}&type=users`,
    'a hashtag': 'q=goodmorning&type=hashtags',
  };
  const kith = await startKith({ dataDir: world.dataDir });
  const figures: Figure[] = [];
  try {
    for (const [title, query] of Object.entries(queries)) {
      const requests = [{ path: `/v1/search?${query}`, token }];
      const pages = await comparePages(context, kith, { name: title.replace(/\W+/g, '-'), requests });
      await pages.bareServer.stop();
      figures.push(figure(title, perSecondOf(pages.kith), 'pages/s', { against: perSecondOf(pages.bare) }));
      const mean = pages.kith.map(({ perSecond }) => 1000 / perSecond);
      figures.push(figure(`${title}, server time each`, mean, 'ms'));
    }
  } finally {
    await kith.stop();
  }
  const notes = [`among ${world.posts} posts and ${world.size.users} people; server time is 1 / throughput`];
  return { name: 'search', title: 'Search', figures, notes };
}
