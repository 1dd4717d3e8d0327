/** The thread that owns a connection to the index: one that writes, some that read. */
import { readlinkSync, rmSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { idFromNumber } from '../../lib/ids.ts';
import type { HashtagQuery, PostQuery, SearchChange, UserQuery } from '../../ports/search/search.ts';
import { trendsOf, trendUsesMax } from '../../ports/search/trends.ts';
import { IndexReader } from './index-reader.ts';
import { IndexWriter } from './index-writer.ts';
import { kindOf, type WorkerAnswer, type WorkerRequest, type WorkerStart } from './protocol.ts';
import { openForReading, openForWriting } from './schema.ts';

type Operations = Record<string, (argument: never) => unknown>;

function writing(file: string): Operations {
  let current = new IndexWriter(openForWriting(file));
  let next: { writer: IndexWriter; file: string } | undefined;
  const abort = () => {
    next?.writer.database.close();
    if (next) removeIndex(next.file);
    next = undefined;
  };
  return {
    apply({ changes, position }: { changes: SearchChange[]; position?: number }) {
      next?.writer.apply(changes, { position, touch: true });
      current.apply(changes, { position });
    },
    state: () => ({
      isBuilt: current.meta('built') === 1,
      position: current.meta('position'),
      posts: current.meta('posts'),
      users: current.meta('users'),
      isRebuilding: next !== undefined,
    }),
    begin(other: string) {
      abort();
      removeIndex(other);
      next = { writer: new IndexWriter(openForWriting(other)), file: other };
      next.writer.apply([], { position: current.meta('position') });
    },
    add: (changes: SearchChange[]) => next?.writer.addUntouched(changes),
    abort,
    /** Everything of the new file is on the disk when it returns. */
    finish() {
      if (!next) throw new Error('no rebuild is running');
      const { database } = next.writer;
      database.exec('PRAGMA synchronous = FULL; DELETE FROM touched;');
      next.writer.setMeta('built', 1);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = NORMAL;');
    },
    swap() {
      if (!next) throw new Error('no rebuild is running');
      current.database.close();
      current = next.writer;
      next = undefined;
    },
    trends(options: { nowMs: number; limit: number }) {
      const sql = 'SELECT hashtag, author, key FROM hashtag_uses ORDER BY key DESC LIMIT ?';
      const rows = current.database.prepare(sql).iterate(trendUsesMax) as Iterable<{
        hashtag: string;
        author: number;
        key: number;
      }>;
      return trendsOf(uses(rows), options);
    },
    close() {
      abort();
      current.database.close();
    },
  };
}

function* uses(rows: Iterable<{ hashtag: string; author: number; key: number }>) {
  for (const { hashtag, author, key } of rows)
    yield { hashtag, authorId: author, feedKey: idFromNumber(key) };
}

function reading(file: string, windowMax: number | undefined): Operations {
  const options = windowMax === undefined ? {} : { windowMax };
  let reader = new IndexReader(openForReading(file), options);
  return {
    posts: (query: PostQuery) => reader.posts(query),
    users: (query: UserQuery) => reader.users(query),
    hashtags: (query: HashtagQuery) => reader.hashtags(query),
    open(other: string) {
      const opened = new IndexReader(openForReading(other), options);
      reader.close();
      reader = opened;
    },
    close: () => reader.close(),
  };
}

function removeIndex(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}

/**
 * Indexing may lag behind, requests may not: on Linux, where each thread has a priority of its own, this one gives
 * way to those that serve. Elsewhere nothing happens.
 */
function giveWay(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // No such file, or a system that does not let it: it then runs like the others.
  }
}

const port = parentPort!;
const { role, file, windowMax } = workerData as WorkerStart;
const operations = role === 'writer' ? writing(file) : reading(file, windowMax);
if (role === 'writer') giveWay();

port.on('message', ({ call, operation, argument }: WorkerRequest) => {
  let answer: WorkerAnswer;
  try {
    answer = { call, ok: true, result: operations[operation]!(argument as never) };
  } catch (error) {
    answer = { call, ok: false, kind: kindOf(error), message: String((error as Error).message) };
  }
  port.postMessage(answer);
  if (operation === 'close') port.close();
});
port.postMessage({ call: 0, ok: true, result: undefined } satisfies WorkerAnswer);
