/**
 * The baseline for posting: the rows that Kith wrote for its posts, written again with `node:sqlite` alone, in one
 * thread, in transactions of as many posts as Kith's writer had in one on average; the same settings of the engine.
 * Usage: node bench/baselines/raw-commit.ts OPTIONS (see RawCommitOptions, as JSON). Prints posts a second.
 */
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../src/ports/clock/clock.ts';

export interface RawCommitOptions {
  /** Written by Kith in this run: its newest posts are the rows. */
  from: string;
  /** A copy of the database as it was before. */
  to: string;
  commitsPerGroup: number;
  durationMs: number;
}

interface PostRows {
  id: string;
  post: string;
  authorId: string;
  place: string;
  hint: { kind: string; key: string; data: string };
}

const checkpointPages = 4_000;
const rowsMax = 200_000;
const settings = `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${checkpointPages};
  PRAGMA secure_delete = FAST; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY`;

const options = JSON.parse(process.argv[2]!) as RawCommitOptions;
const rows = readRows(options.from, options.to);
console.log(JSON.stringify({ perSecond: write(rows, options) }));

/** What Kith wrote beyond what stood before, oldest first. */
function readRows(from: string, to: string): PostRows[] {
  const before = new DatabaseSync(to, { readOnly: true });
  const head = before.prepare('SELECT coalesce(max(position), 0) AS head FROM log').get()!['head'] as number;
  before.close();
  const db = new DatabaseSync(from, { readOnly: true });
  const found = db
    .prepare(
      `SELECT posts.id, posts.value AS post, log.kind, log.key, log.data,
         posts_by_author.author_id AS authorId, posts_by_author.value AS place
       FROM log JOIN posts ON posts.id = log.data ->> 'postId'
         JOIN posts_by_author ON author_id = log.key AND feed_key = posts.id
       WHERE log.position > ? AND log.kind = 'post.changed' ORDER BY log.position LIMIT ${rowsMax}`,
    )
    .all(head) as Record<string, string>[];
  db.close();
  return found.map(({ id, post, authorId, place, kind, key, data }) => ({
    id: id!,
    post: post!,
    authorId: authorId!,
    place: place!,
    hint: { kind: kind!, key: key!, data: data! },
  }));
}

function write(rows: readonly PostRows[], { to, commitsPerGroup, durationMs }: RawCommitOptions): number {
  const db = new DatabaseSync(to);
  db.exec(settings);
  const insertPost = db.prepare('INSERT INTO posts VALUES (?, ?, 1)');
  const insertPlace = db.prepare('INSERT INTO posts_by_author VALUES (?, ?, ?, 1)');
  const count = db.prepare(
    `INSERT INTO user_post_counts VALUES (?, '{"posts":1}', 1) ON CONFLICT DO UPDATE
     SET value = json_set(value, '$.posts', (value ->> 'posts') + 1)`,
  );
  const insertHint = db.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?)');
  let position = db.prepare('SELECT coalesce(max(position), 0) AS head FROM log').get()!['head'] as number;
  let written = 0;
  const startMs = systemClock.monotonicMs();
  while (written < rows.length && systemClock.monotonicMs() - startMs < durationMs) {
    db.exec('BEGIN IMMEDIATE');
    for (const { id, post, authorId, place, hint } of rows.slice(written, written + commitsPerGroup)) {
      insertPost.run(id, post);
      insertPlace.run(authorId, id, place);
      count.run(authorId);
      insertHint.run(++position, systemClock.nowMs(), hint.kind, hint.key, hint.data);
      written++;
    }
    db.exec('COMMIT');
  }
  const elapsedMs = systemClock.monotonicMs() - startMs;
  db.close();
  return (written / elapsedMs) * 1000;
}
