/** Which region an installation is at home in, for the operator. See docs/regions.md. */
import { moveHome, readHome } from './adapters/cassandra/home-region.ts';
import type { Settings } from './config/config.ts';
import { cassandraOf, requireSchema } from './engines/cluster.ts';

export async function tellRegion(settings: Settings): Promise<string> {
  const cassandra = await preparedCassandra(settings);
  const home = await readHome(cassandra);
  const here = cassandra.localDataCenter;
  if (home === undefined) return `No home region is set: “kith migrate” makes ${here} the home.`;
  return home === here
    ? `${here} is the home region.`
    : `The home region is ${home}. Processes that belong to ${here} do not start.`;
}

/** For when the home region is lost, or everything in it was stopped: from now on processes of this one may write. */
export async function takeRegionOver(settings: Settings): Promise<string> {
  const cassandra = await preparedCassandra(settings);
  const before = await moveHome(cassandra);
  const here = cassandra.localDataCenter;
  if (before === here) return `${here} was the home region already.`;
  return `${here} is the home region now; it was ${before}.
Whatever ran there must not write any more. Next, in this region: start the processes, then “kith rebuild search”.`;
}

async function preparedCassandra(settings: Settings) {
  if (settings.profile !== 'cluster') throw new Error('An installation in a folder has no regions.');
  const cassandra = cassandraOf(settings);
  await requireSchema(cassandra);
  return cassandra;
}
