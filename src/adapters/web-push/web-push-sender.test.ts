import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { manualClock } from '../../ports/clock/clock.ts';
import type { PushOutcome } from '../../ports/push/push.ts';
import { encryptMessage } from './encrypt-message.ts';
import { vapidKeys } from './vapid.ts';
import { webPushSender } from './web-push-sender.ts';

/** Of `localhost`, for this test alone. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgviGSrozTU884V6aq
n83wcCLlE2rraFIi3egVwTCNxBOhRANCAAQEVeTLa2qjrw+xwvH+ZM3katPT76Tr
RdBB0saHI1d9RzEVc8uXfBfGMFEb/bCdqJrdSZ00KFu1o9BhKuWhXefI
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUCbQUO/TCMF/Wl3JS2CzqWrolmdQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJcHVzaC50ZXN0MCAXDTI2MTEyMTE3MzkzOFoYDzIxMjYxMDI4
MTczOTM4WjAUMRIwEAYDVQQDDAlwdXNoLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQEVeTLa2qjrw+xwvH+ZM3katPT76TrRdBB0saHI1d9RzEVc8uXfBfG
MFEb/bCdqJrdSZ00KFu1o9BhKuWhXefIo28wbTAdBgNVHQ4EFgQUuv2RfIQzuXcp
5ijLm4jcrjJg/5IwHwYDVR0jBBgwFoAUuv2RfIQzuXcp5ijLm4jcrjJg/5IwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAIHw1eLAtcDBozJ7gaSD6Ni2gxwta75nFGT7QWamsDRCAiEA
g1a4Pw9bHGRrUxdEipAFQjxOKxLdMqcpCvLrmfwS2YQ=
-----END CERTIFICATE-----`;

interface Received {
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}
let server: Server;
let received: Received[] = [];
let answer: { status: number; headers?: Record<string, string>; body?: Buffer } = { status: 201 };
before(async () => {
  server = createServer({ key, cert }, (request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      reply.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());

const secret = 'x'.repeat(43);
const message = { text: '{"text":"Ann liked your post"}', ttlSeconds: 60, topic: 'abc' };
const subject = 'mailto:kith@example.org';
const clock = manualClock();
const browser = createECDH('prime256v1');
browser.generateKeys();
const auth = randomBytes(16);
const target = (endpoint: string) => ({
  endpoint,
  p256dh: browser.getPublicKey('base64url'),
  auth: auth.toString('base64url'),
});

/** As a browser does it. */
function decrypt(body: Buffer): string {
  const salt = body.subarray(0, 16);
  const theirs = body.subarray(21, 86);
  const derive = (from: Uint8Array, by: Uint8Array, about: Uint8Array, bytes: number) =>
    Buffer.from(hkdfSync('sha256', from, by, about, bytes));
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), theirs]);
  const shared = derive(browser.computeSecret(theirs), auth, about, 32);
  const contentKey = derive(shared, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(shared, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', contentKey, nonce);
  decipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
  assert.equal(plain.at(-1), 2);
  return plain.subarray(0, -1).toString();
}

test('a message is encrypted as the example in RFC 8291, appendix A', () => {
  const encrypted = encryptMessage(
    'When I grow up, I want to be a watermelon',
    {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
    {
      salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
      privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
    },
  );
  assert.equal(
    encrypted.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

test('a push service gets what only the browser can read, signed by a key that stays the same', async () => {
  const { port } = server.address() as AddressInfo;
  const sender = webPushSender({ secret, subject, clock, reach: { mayAsk: () => true, ca: cert } });
  received = [];
  answer = { status: 201 };
  assert.deepEqual(await sender.send(target(`https://localhost:${port}/push/1`), message), { kind: 'sent' });
  const [{ headers, body }] = received as [Received];
  assert.equal(decrypt(body), message.text);
  assert.deepEqual(
    [headers['content-encoding'], headers['ttl'], headers['topic']],
    ['aes128gcm', '60', 'abc'],
  );
  const [, token, own] = /^vapid t=(.+), k=(.+)$/.exec(headers['authorization'] as string)!;
  assert.equal(own, sender.publicKey);
  assert.equal(vapidKeys(secret).publicKey, sender.publicKey);
  assert.notEqual(vapidKeys(`${secret}y`).publicKey, sender.publicKey);
  const [head, claims, signature] = token!.split('.') as [string, string, string];
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
  assert.deepEqual(said, {
    aud: `https://localhost:${port}`,
    exp: clock.nowMs() / 1000 + 43_200,
    sub: subject,
  });
  const point = Buffer.from(own!, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const publicKey = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  assert.ok(
    verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')),
  );
  sender.close();
});

test('what a push service answers decides what becomes of a message', async () => {
  const { port } = server.address() as AddressInfo;
  const sender = webPushSender({ secret, subject, clock, reach: { mayAsk: () => true, ca: cert } });
  const cases: [typeof answer, PushOutcome['kind'], number?][] = [
    [{ status: 404 }, 'gone'],
    [{ status: 410 }, 'gone'],
    [{ status: 413 }, 'refused'],
    [{ status: 302, headers: { location: 'https://127.0.0.1/' } }, 'refused'],
    [{ status: 429, headers: { 'retry-after': '7' } }, 'later', 7000],
    [{ status: 503 }, 'later'],
    [{ status: 201, body: Buffer.alloc(1_000_000) }, 'sent'],
  ];
  for (const [given, kind, afterMs] of cases) {
    answer = given;
    const outcome = await sender.send(target(`https://localhost:${port}/push/1`), message);
    assert.equal(outcome.kind, kind, String(given.status));
    if (afterMs !== undefined) assert.equal((outcome as { afterMs?: number }).afterMs, afterMs);
  }
  const odd = { ...target(`https://localhost:${port}/`), p256dh: 'AAAA' };
  assert.equal((await sender.send(odd, message)).kind, 'refused');
  sender.close();
});

test('nothing but the open internet is asked, by whatever name or number it is called', async () => {
  const { port } = server.address() as AddressInfo;
  const asked: [string, number][] = [];
  const careful = webPushSender({ secret, subject, clock });
  const watched = webPushSender({
    secret,
    subject,
    clock,
    reach: { mayAsk: (address, at) => asked.push([address, at]) < 0, ca: cert },
  });
  received = [];
  for (const endpoint of [
    `https://localhost:${port}/`,
    'https://localhost/',
    `https://127.0.0.1:${port}/`,
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://169.254.169.254/latest',
    `http://localhost:${port}/`,
    'https://8.8.8.8:8443/',
    'nonsense',
  ]) {
    assert.equal((await careful.send(target(endpoint), message)).kind, 'refused', endpoint);
    assert.equal((await watched.send(target(endpoint), message)).kind, 'refused', endpoint);
  }
  assert.ok(asked.some(([address, at]) => address === '127.0.0.1' && at === port));
  assert.deepEqual(received, []);
  careful.close();
  watched.close();
});
