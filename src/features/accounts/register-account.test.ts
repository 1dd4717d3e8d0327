import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../lib/refusal.ts';
import { createAccounts } from './accounts.ts';
import { accounts as accountsTable } from './tables.ts';
import { goodPassword, registered, testAccounts } from './test-accounts.ts';

const input = { username: 'anna', email: 'anna@example.org', password: goodPassword, device: 'a test' };
const refusedWith = (code: string, field?: string) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.code, code);
  if (field) assert.equal(error.fields[0]?.field, field);
  return true;
};

test('ACCT-1: names, addresses and passwords are checked, in words that name the field', async () => {
  const { accounts } = testAccounts();
  for (const username of ['ab', 'a'.repeat(31), 'Anna', 'an na', 'ännä', 'admin']) {
    await assert.rejects(accounts.register({ ...input, username }), refusedWith('invalid', 'username'));
  }
  for (const email of [
    '',
    'anna',
    'anna@',
    '@x',
    'a b@x.org',
    'a@x..org',
    '\u0000@x.org',
    'a@x\u0007.org',
    `${'a'.repeat(250)}@x.org`,
  ]) {
    await assert.rejects(accounts.register({ ...input, email }), refusedWith('invalid', 'email'));
  }
  const passwords = ['short', 'a'.repeat(201), 'password123', 'aaaaaaaaaaaa', 'Anna@example.org'];
  for (const password of passwords) {
    await assert.rejects(accounts.register({ ...input, password }), refusedWith('invalid', 'password'));
  }
  for (const birthDate of ['2026-02-30', '31.5.1990', '2999-01-01', '1850-01-01']) {
    await assert.rejects(accounts.register({ ...input, birthDate }), refusedWith('invalid', 'birthDate'));
  }
});

test('ACCT-1: a password of ten characters of any script is enough', async () => {
  const { accounts } = testAccounts();
  const password = '猫は静かな川が好き😀';
  await accounts.register({ ...input, password });
  await accounts.logIn({ login: 'anna', password, device: '' });
});

test('ACCT-2: of two registrations of one name at once, one succeeds', async () => {
  const { accounts, records } = testAccounts();
  const outcomes = await Promise.allSettled([
    accounts.register(input),
    accounts.register({ ...input, email: 'other@example.org' }),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  refusedWith('conflict', 'username')(failed?.reason);
  assert.equal((await records.scan(accountsTable, { limit: 10 })).rows.length, 1);
});

test('ACCT-2: of two registrations of one address at once, one succeeds, however it is written', async () => {
  const { accounts } = testAccounts();
  const outcomes = await Promise.allSettled([
    accounts.register(input),
    accounts.register({ ...input, username: 'berta', email: 'ANNA@Example.ORG' }),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  refusedWith('conflict', 'email')(failed?.reason);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('ACCT-3: of many first accounts at once, exactly one is the administrator', async () => {
  const { accounts } = testAccounts({ registration: 'closed' });
  const outcomes = await Promise.allSettled(
    ['anna', 'berta', 'clara', 'dora'].map((username) => registered(accounts, username)),
  );
  const made = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  assert.equal(made.length, 1);
  assert.equal(made[0]?.value.account.isAdmin, true);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') refusedWith('forbidden')(outcome.reason);
  }
});

test('ACCT-4: where registration is by invitation, a code gives as many accounts as it says', async () => {
  const { accounts, clock } = testAccounts({ registration: 'invite' });
  const { principal } = await registered(accounts, 'anna');
  const register = (username: string, invitation?: string) =>
    accounts.register({ ...input, username, email: `${username}@example.org`, invitation });
  await assert.rejects(register('berta'), refusedWith('invalid', 'invitation'));
  await assert.rejects(register('berta', 'nonsense'), refusedWith('invalid', 'invitation'));

  const { code } = await accounts.createInvitation(principal, { usesMax: 2 });
  const outcomes = await Promise.allSettled(
    ['berta', 'clara', 'dora'].map((username) => register(username, code)),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2);
  const [invitation] = (await accounts.listInvitations(principal, { before: undefined, limit: 10 })).items;
  assert.equal(invitation?.uses, 2);

  const revoked = await accounts.createInvitation(principal, {});
  await accounts.revokeInvitation(principal, revoked.id);
  await assert.rejects(register('emil', revoked.code), refusedWith('invalid', 'invitation'));
  const expired = await accounts.createInvitation(principal, { expiresInDays: 1 });
  clock.advance(86_400_000);
  await assert.rejects(register('emil', expired.code), refusedWith('invalid', 'invitation'));
});

test('ACCT-4: only administrators invite', async () => {
  const { accounts } = testAccounts();
  await registered(accounts, 'anna');
  const { principal } = await registered(accounts, 'berta');
  await assert.rejects(accounts.createInvitation(principal, {}), refusedWith('forbidden'));
});

test('ACCT-5: a repetition that overtakes the first request is not refused what that one has taken', async () => {
  const claim = { userId: 'anonymous', key: 'k1', bodyHash: 'h1' };
  const { deps, accounts } = testAccounts();
  // The first is carried out right after the second has looked for it, or after the second has found nothing taken.
  for (const [username, table] of [
    ['anna', 'idempotency_claims'],
    ['berta', 'usernames'],
  ] as const) {
    const asked = { ...input, username, email: `${username}@example.org` };
    const own = { ...claim, key: username };
    let first: Promise<{ account: { id: string } }> | undefined;
    const records = {
      ...deps.records,
      async get(from: Parameters<typeof deps.records.get>[0], key: readonly string[]) {
        const row = await deps.records.get(from, key);
        if (from.name === table) {
          first ??= accounts.register(asked, own);
          await first;
        }
        return row;
      },
    } as typeof deps.records;
    const second = await createAccounts({ ...deps, records }).register(asked, own);
    assert.equal(second.account.id, (await first!).account.id);
  }
});

test('ACCT-5: a repeated request makes one account and answers with a new session', async () => {
  const { accounts } = testAccounts();
  const claim = { userId: 'anonymous', key: 'k1', bodyHash: 'h1' };
  const [first, second] = await Promise.all([
    accounts.register(input, claim),
    accounts.register(input, claim),
  ]);
  const third = await accounts.register(input, claim);
  assert.equal(new Set([first, second, third].map(({ account }) => account.id)).size, 1);
  assert.equal(new Set([first, second, third].map(({ token }) => token)).size, 3);
  for (const { token } of [first, second, third]) assert.ok(await accounts.authenticator.byToken(token));
  await assert.rejects(
    accounts.register({ ...input, username: 'other' }, { ...claim, bodyHash: 'h2' }),
    refusedWith('idempotency-mismatch'),
  );
});
