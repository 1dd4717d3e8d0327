import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccounts } from './accounts.ts';
import { sessionIdleMs, sessionsMax } from './open-session.ts';
import { goodPassword, registered, testAccounts } from './test-accounts.ts';

const dayMs = 86_400_000;
const refused = (code: string) => ({ code });

test('ACCT-6: a login tells neither by its answer nor by its work whether there is an account', async () => {
  const { accounts, hashes } = testAccounts();
  await registered(accounts, 'anna');
  const answers: string[] = [];
  for (const login of ['anna', 'nobody', 'anna@example.org', 'nobody@example.org']) {
    const before = hashes();
    await accounts.logIn({ login, password: 'not the password', device: '' }).catch((error: Error) => {
      answers.push(`${(error as { code?: string }).code} ${error.message}`);
    });
    assert.equal(hashes() - before, 1, login);
  }
  assert.equal(answers.length, 4);
  assert.equal(new Set(answers).size, 1);
});

test('ACCT-6: one logs in by name or address, in any case, and the time is kept', async () => {
  const { accounts, clock } = testAccounts();
  const { id } = await registered(accounts, 'anna');
  clock.advance(1000);
  for (const login of ['anna', 'ANNA', '@anna', 'Anna@Example.org']) {
    const { account } = await accounts.logIn({ login, password: goodPassword, device: '' });
    assert.equal(account.id, id);
    assert.equal(account.lastLoginAtMs, clock.nowMs());
  }
  assert.equal((await accounts.directory.get(id))?.lastLoginAtMs, clock.nowMs());
});

test('ACCT-7: a session that was ended counts for nothing, at once', async () => {
  const { accounts } = testAccounts();
  const { token, principal } = await registered(accounts, 'anna');
  const other = await accounts.logIn({ login: 'anna', password: goodPassword, device: 'phone' });
  const sessions = await accounts.listSessions(principal);
  assert.deepEqual(
    sessions.map(({ device, current }) => ({ device, current })),
    [
      { device: 'phone', current: false },
      { device: 'a test', current: true },
    ],
  );
  await accounts.endCurrentSession(principal);
  assert.equal(await accounts.authenticator.byToken(token), undefined);
  assert.ok(await accounts.authenticator.byToken(other.token));
});

test('ACCT-7: another process learns of an ended session by the log', async () => {
  const { accounts, deps } = testAccounts();
  const elsewhere = createAccounts(deps);
  await elsewhere.start();
  const { token, principal } = await registered(accounts, 'anna');
  assert.ok(await elsewhere.authenticator.byToken(token));
  await accounts.endCurrentSession(principal);
  await elsewhere.caughtUp();
  assert.equal(await elsewhere.authenticator.byToken(token), undefined);
  await elsewhere.stop();
});

test('ACCT-7: a check that races the end of a session is not remembered', async () => {
  const { accounts, deps } = testAccounts();
  const { token, principal } = await registered(accounts, 'anna');
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holding = true;
  const slow = createAccounts({
    ...deps,
    records: {
      ...deps.records,
      get: async (table, key) => {
        const row = await deps.records.get(table, key);
        if (holding && table.name === 'sessions') await held;
        return row;
      },
    },
  });
  await slow.start();
  const racing = slow.authenticator.byToken(token);
  holding = false;
  await slow.endSession(principal, principal.credentialId!.slice('session:'.length));
  release();
  assert.ok(await racing, 'the check began before the end');
  assert.equal(await slow.authenticator.byToken(token), undefined);
  await slow.stop();
});

test('ACCT-7: a session lasts 90 days after its last use, and each use is written down once an hour', async () => {
  const { accounts, clock } = testAccounts();
  const { token, principal } = await registered(accounts, 'anna');
  for (let i = 0; i < 3; i++) {
    clock.advance(sessionIdleMs - dayMs);
    assert.ok(await accounts.authenticator.byToken(token));
    await accounts.idle();
    assert.equal((await accounts.listSessions(principal))[0]?.lastSeenAtMs, clock.nowMs());
  }
  clock.advance(sessionIdleMs);
  assert.equal(await accounts.authenticator.byToken(token), undefined);
  assert.deepEqual(await accounts.listSessions(principal), []);
});

test('ACCT-7: a token in use needs no promise; nonsense is worth nothing', async () => {
  const { accounts } = testAccounts();
  const { token, principal } = await registered(accounts, 'anna');
  assert.deepEqual(accounts.authenticator.byToken(token), principal);
  for (const wrong of ['', 'x', `${token}x`, token.slice(0, -1), `${token.slice(0, -1)}~`]) {
    assert.equal(await accounts.authenticator.byToken(wrong), undefined);
  }
});

test('ACCT-7: one more than the most sessions ends the oldest', async () => {
  const { accounts } = testAccounts();
  const { token, principal } = await registered(accounts, 'anna');
  for (let i = 0; i < sessionsMax; i++) {
    await accounts.logIn({ login: 'anna', password: goodPassword, device: `${i}` });
  }
  const sessions = await accounts.listSessions(principal);
  assert.equal(sessions.length, sessionsMax);
  assert.ok(!sessions.some(({ current }) => current));
  accounts.authenticator.byToken(token);
});

test('ACCT-8: a new password ends the other sessions, and needs the old one', async () => {
  const { accounts } = testAccounts();
  const { token, principal } = await registered(accounts, 'anna');
  const other = await accounts.logIn({ login: 'anna', password: goodPassword, device: 'phone' });
  assert.ok(await accounts.authenticator.byToken(other.token));
  const password = 'another river at dusk';
  await assert.rejects(accounts.update(principal, { password }), refused('invalid'));
  await assert.rejects(
    accounts.update(principal, { password, currentPassword: 'not the password' }),
    refused('forbidden'),
  );
  await accounts.update(principal, { password, currentPassword: goodPassword });
  assert.ok(await accounts.authenticator.byToken(token));
  assert.equal(await accounts.authenticator.byToken(other.token), undefined);
  await assert.rejects(
    accounts.logIn({ login: 'anna', password: goodPassword, device: '' }),
    refused('unauthenticated'),
  );
  await accounts.logIn({ login: 'anna', password, device: '' });
});

test('ACCT-8: the current password cannot be found out by trying', async () => {
  const { accounts } = testAccounts();
  const { principal } = await registered(accounts, 'anna');
  const attempt = (currentPassword: string) =>
    accounts.update(principal, { email: 'new@example.org', currentPassword });
  for (let i = 0; i < 9; i++) await assert.rejects(attempt(`wrong ${i}`), refused('forbidden'));
  await attempt(goodPassword);
  for (let i = 0; i < 10; i++) await assert.rejects(attempt(`wrong ${i}`), refused('forbidden'));
  await assert.rejects(attempt(goodPassword), refused('rate-limited'));
});

test('ACCT-8: a new password or address ends the links by which another could be chosen', async () => {
  const { accounts, mailer } = testAccounts();
  const { principal } = await registered(accounts, 'anna');
  const newest = async () => {
    accounts.requestPasswordReset({ email: 'anna@example.org' });
    await accounts.idle();
    return /reset\/(\S+)/.exec(mailer.sent.at(-1)!.text)![1]!;
  };
  const choose = (token: string) => accounts.resetPassword({ token, password: 'a new river at dusk' });
  const first = await newest();
  await accounts.update(principal, { password: 'a loud river at noon', currentPassword: goodPassword });
  await assert.rejects(choose(first), refused('not-found'));
  const second = await newest();
  await accounts.update(principal, { email: 'new@example.org', currentPassword: 'a loud river at noon' });
  await assert.rejects(choose(second), refused('not-found'));
});

test('ACCT-8: a new address is claimed, and the old one is free for others', async () => {
  const { accounts } = testAccounts();
  const anna = await registered(accounts, 'anna');
  const berta = await registered(accounts, 'berta');
  const change = (who: typeof anna, email: string) =>
    accounts.update(who.principal, { email, currentPassword: goodPassword });
  await assert.rejects(change(anna, 'Berta@example.org'), refused('conflict'));
  await change(anna, 'new@example.org');
  await change(berta, 'anna@example.org');
  await assert.rejects(change(anna, 'anna@example.org'), refused('conflict'));
  const { account } = await accounts.logIn({ login: 'anna@example.org', password: goodPassword, device: '' });
  assert.equal(account.id, berta.id);
});
