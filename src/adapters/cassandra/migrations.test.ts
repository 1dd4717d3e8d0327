import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, errors, types } from 'cassandra-driver';
import { contractTables } from '../../ports/records/contract-store.ts';
import { migrate } from './migrations.ts';

const timedOut = () =>
  new errors.ResponseError(types.responseErrorCodes.writeTimeout, 'Server timeout during write query');

/** An engine that has nothing, says yes to everything, and times out where told to. */
function hesitant(timesOut: (cql: string, nth: number) => boolean) {
  const asked = new Map<string, number>();
  const client = {
    async execute(cql: string) {
      const nth = (asked.get(cql) ?? 0) + 1;
      asked.set(cql, nth);
      if (timesOut(cql, nth)) throw timedOut();
      return { rows: cql.startsWith('SELECT') ? [] : [{ '[applied]': true }] };
    },
  } as unknown as Client;
  return { client, asked };
}

const options = { keyspace: 'kith', tables: contractTables };
const isRelease = (cql: string) => cql.includes('SET holder = null');

test('a migration goes on where nobody knows whether a statement took effect', async () => {
  const all = await migrate(hesitant(() => false).client, options);
  const { client, asked } = hesitant((cql, nth) => nth === 1 && !cql.startsWith('SELECT'));
  assert.deepEqual(await migrate(client, options), all);
  assert.deepEqual(
    [...asked].filter(([cql]) => isRelease(cql)).map(([, times]) => times),
    [2],
  );
});

test('what was applied stands where the lock cannot be given back: it ends by itself', async () => {
  const { client } = hesitant(isRelease);
  assert.ok((await migrate(client, options)).includes('0001 decided'));
});
