import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletionDelayMs } from './close-account.ts';
import { accountTables } from './tables.ts';
import { goodPassword, registered, type TestAccounts, testAccounts } from './test-accounts.ts';

const kinds = async ({ accounts }: TestAccounts, id: string) =>
  (await accounts.listHistory(id, { before: undefined, limit: 50 })).items.map(({ kind }) => kind).reverse();
const logIn = ({ accounts }: TestAccounts, login: string, password = goodPassword) =>
  accounts.logIn({ login, password, device: '' });

test('ACCT-11: a deactivated account is hidden until its owner returns, and both are kept', async () => {
  const world = testAccounts();
  const { accounts } = world;
  const { id, token, principal } = await registered(accounts, 'anna');
  await accounts.deactivate(principal);
  assert.equal(await accounts.authenticator.byToken(token), undefined);
  assert.equal(await accounts.directory.resolve('@anna'), undefined);
  assert.equal(await accounts.directory.resolve(id), undefined);
  await accounts.reactivate(token);
  assert.ok(await accounts.authenticator.byToken(token));
  await accounts.deactivate(principal);
  await logIn(world, 'anna');
  assert.equal((await accounts.directory.resolve('@anna'))?.id, id);
  assert.deepEqual(await kinds(world, id), [
    'registered',
    'deactivated',
    'reactivated',
    'deactivated',
    'reactivated',
  ]);
});

test('ACCT-12: a deletion is taken back by logging in before its time', async () => {
  const world = testAccounts();
  const { accounts, clock } = world;
  const { id, principal } = await registered(accounts, 'anna');
  await assert.rejects(accounts.requestDeletion(principal, { password: 'wrong' }), { code: 'forbidden' });
  await accounts.requestDeletion(principal, { password: goodPassword });
  assert.equal(await accounts.directory.resolve(id), undefined);
  assert.deepEqual(await accounts.accountsDueForErasure({ limit: 10 }), []);
  assert.equal(await accounts.eraseAccount(id), false);
  await logIn(world, 'anna');
  clock.advance(deletionDelayMs + 1);
  assert.deepEqual(await accounts.accountsDueForErasure({ limit: 10 }), []);
  assert.equal(await accounts.eraseAccount(id), false);
  assert.deepEqual(await kinds(world, id), ['registered', 'deletion-requested', 'deletion-cancelled']);
});

test('ACCT-13: an erased account leaves its id and its name, and nothing personal', async () => {
  const world = testAccounts();
  const { accounts, clock, records } = world;
  await registered(accounts, 'admin1');
  const { id, principal, token } = await registered(accounts, 'anna');
  await accounts.update(principal, {
    displayName: 'Anna Example',
    bio: 'river',
    gender: 'f',
    birthDate: '1990-05-31',
  });
  const { secret } = await accounts.createAppPassword(principal, { name: 'backup' });
  await accounts.requestDeletion(principal, { password: goodPassword });
  clock.advance(deletionDelayMs);
  assert.deepEqual(await accounts.accountsDueForErasure({ limit: 10 }), [id]);
  assert.equal(await accounts.eraseAccount(id), true);
  assert.deepEqual(await accounts.accountsDueForErasure({ limit: 10 }), []);
  assert.equal(await accounts.eraseAccount(id), true, 'again does no harm');

  assert.equal(await accounts.authenticator.byToken(token), undefined);
  assert.equal(await accounts.authenticator.byToken(secret), undefined);
  await assert.rejects(logIn(world, 'anna'), { code: 'unauthenticated' });
  await assert.rejects(logIn(world, 'anna@example.org'), { code: 'unauthenticated' });
  const account = await accounts.directory.get(id);
  assert.equal(account?.state, 'deleted');
  const personal = /anna@|Anna Example|river|1990/;
  for (const table of accountTables) {
    const { rows } = await records.scan(table, { limit: 1000 });
    assert.doesNotMatch(JSON.stringify(rows), personal, table.name);
  }
  await assert.rejects(
    accounts.register({ username: 'anna', email: 'x@example.org', password: goodPassword, device: '' }),
    { code: 'conflict' },
  );
  await accounts.register({
    username: 'anna2',
    email: 'anna@example.org',
    password: goodPassword,
    device: '',
  });
});

test('ACCT-13: an erasure that was interrupted goes on', async () => {
  const world = testAccounts();
  const { accounts, clock, deps } = world;
  const { id, principal } = await registered(accounts, 'anna');
  await accounts.requestDeletion(principal, { password: goodPassword });
  clock.advance(deletionDelayMs);
  const { createAccounts } = await import('./accounts.ts');
  for (let allowed = 0; allowed < 10; allowed++) {
    let commits = 0;
    const failing = createAccounts({
      ...deps,
      records: {
        ...deps.records,
        commit: (commit) =>
          commits++ < allowed ? deps.records.commit(commit) : Promise.reject(new Error('power is gone')),
      },
    });
    if (await failing.eraseAccount(id).catch(() => false)) break;
    assert.deepEqual(await accounts.accountsDueForErasure({ limit: 10 }), [id]);
  }
  assert.deepEqual(await accounts.accountsDueForErasure({ limit: 10 }), []);
  await accounts.register({
    username: 'anna2',
    email: 'anna@example.org',
    password: goodPassword,
    device: '',
  });
});

test('ACCT-14: a link by mail sets a new password once, and ends every session', async () => {
  const world = testAccounts();
  const { accounts, mailer, clock } = world;
  const { token } = await registered(accounts, 'anna');
  accounts.requestPasswordReset({ email: 'nobody@example.org' });
  accounts.requestPasswordReset({ email: ' Anna@Example.org ' });
  assert.equal(mailer.sent.length, 0, 'nothing is done before the answer');
  await accounts.idle();
  assert.equal(mailer.sent.length, 1);
  assert.equal(mailer.sent[0]?.to, 'anna@example.org');
  const link = /http:\/\/kith\.test\/reset\/(\S+)/.exec(mailer.sent[0]!.text)![1]!;
  const password = 'another river at dusk';
  await assert.rejects(accounts.resetPassword({ token: `${link}x`, password }), { code: 'not-found' });
  await assert.rejects(accounts.resetPassword({ token, password }), { code: 'not-found' });
  await assert.rejects(accounts.resetPassword({ token: link, password: 'short' }), { code: 'invalid' });
  const both = await Promise.allSettled([
    accounts.resetPassword({ token: link, password }),
    accounts.resetPassword({ token: link, password }),
  ]);
  assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
  await assert.rejects(accounts.resetPassword({ token: link, password }), { code: 'not-found' });
  assert.equal(await accounts.authenticator.byToken(token), undefined);
  await logIn(world, 'anna', password);

  for (let i = 0; i < 5; i++) accounts.requestPasswordReset({ email: 'anna@example.org' });
  await accounts.idle();
  assert.equal(mailer.sent.length, 4, 'three links at a time');
  const late = /reset\/(\S+)/.exec(mailer.sent[3]!.text)![1]!;
  clock.advance(3_600_000);
  await assert.rejects(accounts.resetPassword({ token: late, password }), { code: 'not-found' });
  accounts.requestPasswordReset({ email: 'anna@example.org' });
  await accounts.idle();
  assert.equal(mailer.sent.length, 5);
  assert.deepEqual(world.errors, []);
});

test('ACCT-15: administrators list, close, reopen, promote and hand over links; nobody else does', async () => {
  const world = testAccounts();
  const { accounts, clock } = world;
  const admin = await registered(accounts, 'anna');
  clock.advance(40 * 86_400_000);
  const berta = await registered(accounts, 'berta');
  const clara = await registered(accounts, 'clara');
  const names: string[] = [];
  let before: { month: string; id: string } | undefined;
  do {
    const page = await accounts.listAccounts(admin.principal, { before, limit: 1 });
    names.push(...page.items.map(({ username }) => username));
    before = page.next;
  } while (before);
  assert.deepEqual(names, ['clara', 'berta', 'anna']);

  await accounts.closeAsAdmin(admin.principal, berta.id);
  assert.equal(await accounts.authenticator.byToken(berta.token), undefined);
  await assert.rejects(logIn(world, 'berta'), { code: 'forbidden' });
  await assert.rejects(logIn(world, 'berta', 'not the password'), { code: 'unauthenticated' });
  await assert.rejects(accounts.reactivate(berta.token), { code: 'forbidden' });
  await accounts.reopenAsAdmin(admin.principal, berta.id);
  await logIn(world, 'berta');

  const { token } = await accounts.createResetLink(admin.principal, clara.id);
  await accounts.resetPassword({ token, password: 'handed over in person' });
  await logIn(world, 'clara', 'handed over in person');

  await accounts.setRole(admin.principal, berta.id, { isAdmin: true });
  const promoted = (await accounts.authenticator.byToken(berta.token))!;
  assert.equal(promoted.isAdmin, true);
  await assert.rejects(accounts.setRole(promoted, berta.id, { isAdmin: false }), { code: 'conflict' });
  for (const month of ['zzz', '', '2026-13', '9007199254740993']) {
    const before = { month, id: berta.id };
    await assert.rejects(accounts.listAccounts(admin.principal, { before, limit: 1 }), { code: 'invalid' });
  }
  for (const attempt of [
    () => accounts.listAccounts(clara.principal, { before: undefined, limit: 1 }),
    () => accounts.closeAsAdmin(clara.principal, berta.id),
    () => accounts.reopenAsAdmin(clara.principal, berta.id),
    () => accounts.setRole(clara.principal, clara.id, { isAdmin: true }),
    () => accounts.createResetLink(clara.principal, admin.id),
  ]) {
    await assert.rejects(async () => attempt(), { code: 'forbidden' });
  }
});
