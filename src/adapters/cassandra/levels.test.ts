import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Client, types } from 'cassandra-driver';
import type { CqlRequest } from './cql.ts';
import { createClient, createDriverSession } from './driver-session.ts';
import { levels } from './levels.ts';

const nameOf = (level: types.consistencies) =>
  Object.entries(types.consistencies)
    .find(([, value]) => value === level)![0]
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();

test('docs/regions.md says at which level each kind of statement is sent', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/regions.md'), 'utf8');
  const told = [...text.matchAll(/^\| `(\w+)` \|.*\| `([A-Z_]+)` \|$/gm)].map(([, kind, level]) => [
    kind,
    level,
  ]);
  assert.deepEqual(
    told,
    Object.entries(levels).map(([kind, level]) => [kind, nameOf(level)]),
  );
});

test('statements are sent at those levels, and at no others', async () => {
  const sent: unknown[] = [];
  const client = createClient({ contactPoints: ['127.0.0.1'], localDataCenter: 'here' });
  const answer = { rows: [], pageState: null, wasApplied: () => true };
  const note = async (_: unknown, __: unknown, options: { consistency?: unknown }) => {
    sent.push(options.consistency);
    return answer;
  };
  const noted = { execute: note, batch: (_: unknown, options: never) => note(_, _, options) };
  const session = createDriverSession(
    { ...noted, shutdown: () => client.shutdown() } as unknown as Client,
    () => 0,
  );
  const statement = { cql: 'SELECT', params: [] };
  const ask = (rest: Partial<CqlRequest>) =>
    session.run({ kind: 'read', statements: [statement], ...rest } as CqlRequest);
  await ask({});
  await ask({ statements: [statement, statement] });
  await ask({ level: 'quorum' });
  await ask({ level: 'serial' });
  await ask({ conditional: true });
  assert.deepEqual(sent, [levels.write, levels.write, levels.read, levels.settle, levels.write]);
  const { consistency, serialConsistency } = (
    client as unknown as { options: { queryOptions: Record<string, unknown> } }
  ).options.queryOptions;
  assert.deepEqual([consistency, serialConsistency], [levels.write, levels.decide]);
  await session.close();
});

test('nothing else in the adapter names a level', () => {
  const named = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('levels'))
    .filter((file) =>
      /types\.consistencies\.|consistencies\[/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
    );
  assert.deepEqual(named, []);
});
