import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { registered, testAccounts } from './test-accounts.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What a client answers to a challenge, by the book (RFC 7616, 3.4). */
function answer(
  challenge: string,
  { username, secret, method = 'GET', uri = '/v1/users/me', nc = 1 }: Record<string, string | number>,
) {
  const nonce = /nonce="([^"]+)"/.exec(challenge)![1]!;
  const realm = /realm="([^"]+)"/.exec(challenge)![1]!;
  const count = Number(nc).toString(16).padStart(8, '0');
  const ha1 = sha256(`${username}:${realm}:${secret}`);
  const response = sha256(`${ha1}:${nonce}:${count}:c0:auth:${sha256(`${method}:${uri}`)}`);
  return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=SHA-256, qop=auth, nc=${count}, cnonce="c0", response="${response}"`;
}

test('ACCT-9: an app password proves who one is as bearer, with Basic and with Digest, until it is removed', async () => {
  const { accounts } = testAccounts();
  const { principal } = await registered(accounts, 'anna');
  const { id, secret } = await accounts.createAppPassword(principal, { name: 'backup' });
  const { authenticator } = accounts;
  const basic = `Basic ${Buffer.from(`anna:${secret}`).toString('base64')}`;
  const digest = (nc: number, challenge = authenticator.challenge(undefined)) =>
    authenticator.byDigest({
      authorization: answer(challenge, { username: 'anna', secret, nc }),
      method: 'GET',
      url: '/v1/users/me',
    });
  for (const found of [
    await authenticator.byToken(secret),
    await authenticator.byBasic({ authorization: basic }),
    await digest(1),
  ]) {
    assert.deepEqual(found, {
      userId: principal.userId,
      isAdmin: false,
      credentialId: `app-password:${id}`,
    });
  }
  const [listed] = await accounts.listAppPasswords(principal);
  assert.equal(listed?.name, 'backup');
  const script = { userId: principal.userId, credentialId: `app-password:${id}` };
  assert.equal(await authenticator.hasAppPassword(script), true);
  assert.equal(await authenticator.hasAppPassword(principal), false, 'a session is none');
  await accounts.revokeAppPassword(principal, id);
  assert.equal(await authenticator.hasAppPassword(script), false);
  assert.equal(await authenticator.byToken(secret), undefined);
  assert.equal(await authenticator.byBasic({ authorization: basic }), undefined);
  assert.equal(await digest(1), undefined);
});

test('ACCT-9: an app password changes no credentials', async () => {
  const { accounts } = testAccounts();
  const { principal } = await registered(accounts, 'anna');
  const { secret } = await accounts.createAppPassword(principal, { name: 'backup' });
  const script = (await accounts.authenticator.byToken(secret))!;
  await assert.rejects(accounts.createAppPassword(script, { name: 'more' }), { code: 'forbidden' });
  await assert.rejects(accounts.requestDeletion(script, { password: 'x' }), { code: 'forbidden' });
  await assert.rejects(accounts.update(script, { email: 'x@example.org' }), { code: 'forbidden' });
  const [session] = await accounts.listSessions(script);
  await assert.rejects(accounts.endSession(script, session!.id), { code: 'forbidden' });
});

test('ACCT-10: a Digest answer is good once, for its own request, within the life of its nonce', async () => {
  const { accounts, clock } = testAccounts();
  const { principal } = await registered(accounts, 'anna');
  const { secret } = await accounts.createAppPassword(principal, { name: 'backup' });
  const { authenticator } = accounts;
  const challenge = authenticator.challenge(undefined);
  const send = (authorization: string, method = 'GET', url = '/v1/users/me') =>
    authenticator.byDigest({ authorization, method, url });
  const good = { username: 'anna', secret };

  const first = answer(challenge, { ...good, nc: 1 });
  assert.ok(await send(first));
  assert.equal(await send(first), undefined, 'replayed');
  assert.ok(await send(answer(challenge, { ...good, nc: 3 })));
  assert.ok(await send(answer(challenge, { ...good, nc: 2 })), 'overtaken');
  assert.ok(await send(answer(challenge, { ...good, nc: 500 })));
  assert.equal(await send(answer(challenge, { ...good, nc: 4 })), undefined, 'too far behind');

  assert.equal(await send(answer(challenge, { ...good, nc: 501 }), 'DELETE'), undefined);
  assert.equal(await send(answer(challenge, { ...good, nc: 501 }), 'GET', '/v1/other'), undefined);
  assert.equal(await send(answer(challenge, { ...good, secret: 'wrong', nc: 501 })), undefined);
  assert.equal(await send(answer(challenge, { ...good, username: 'nobody', nc: 501 })), undefined);
  const forged = challenge.replace(/nonce="./, 'nonce="0');
  assert.equal(await send(answer(forged, { ...good, nc: 1 })), undefined);
  assert.doesNotMatch(authenticator.challenge(answer(forged, good)), /stale/);
  assert.ok(await send(answer(challenge, { ...good, nc: 501 })), 'a failure uses nothing up');

  clock.advance(5 * 60_000);
  const late = answer(challenge, { ...good, nc: 502 });
  assert.equal(await send(late), undefined);
  const next = authenticator.challenge(late);
  assert.match(next, /stale=true/);
  assert.ok(await send(answer(next, { ...good, nc: 1 })));
  for (const broken of [
    'Digest',
    'Digest x',
    'Digest a=b, a=c',
    `${first}, nc=00000001`,
    'Digest username="',
  ]) {
    assert.equal(await send(broken), undefined);
    assert.ok(authenticator.challenge(broken));
  }
});
