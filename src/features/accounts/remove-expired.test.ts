import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExpirySteps, invitationShownMs } from './remove-expired.ts';
import { invitations, passwordResets, sessions } from './tables.ts';
import { goodPassword, registered, testAccounts } from './test-accounts.ts';

const dayMs = 86_400_000;

test('what expired is removed though nobody returns, and what still counts stays', async () => {
  const { accounts, records, clock } = testAccounts();
  const anna = await registered(accounts, 'anna');
  const admin = { ...anna.principal, isAdmin: true };
  const berta = await registered(accounts, 'berta');
  await accounts.createResetLink(admin, berta.id);
  await accounts.createInvitation(admin, { expiresInDays: 1 });
  const steps = createExpirySteps({ records, clock });
  const pass = async () => {
    for (const { run } of steps) while ((await run()) > 0);
    const left = async (table: Parameters<typeof records.scan>[0]) =>
      (await records.scan(table, { limit: 10 })).rows.length;
    return [await left(sessions), await left(passwordResets), await left(invitations)];
  };
  assert.deepEqual(await pass(), [2, 1, 1]);
  clock.advance(dayMs);
  assert.deepEqual(await pass(), [2, 0, 1]);
  clock.advance(invitationShownMs + 1);
  assert.deepEqual(await pass(), [2, 0, 0]);
  clock.advance(90 * dayMs);
  // A login tidies the sessions of its own account; berta never comes back.
  await accounts.logIn({ login: 'anna', password: goodPassword, device: 'a test' });
  assert.deepEqual(await pass(), [1, 0, 0]);
});
