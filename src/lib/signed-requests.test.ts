import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type SignedRequest,
  signatureQuery,
  signingKey,
  signRequest,
  verifyRequest,
} from './signed-requests.ts';

const key = signingKey('a secret of this installation', 'blobs');
const nowMs = Date.UTC(2026, 5, 1);
const request: SignedRequest = {
  method: 'PUT',
  path: '/v1/blobs/originals/ab/abc',
  sizeBytes: 1000,
  type: 'image/png',
  expiresAtMs: nowMs + 1000,
};
const signature = signRequest(key, request);

test('what was signed is valid until it expires', () => {
  assert.equal(verifyRequest(key, signature, request, nowMs), 'valid');
  assert.equal(verifyRequest(key, signature, request, nowMs + 999), 'valid');
  assert.equal(verifyRequest(key, signature, request, nowMs + 1000), 'expired');
});

test('nothing of it can be changed', () => {
  const changes: Partial<SignedRequest>[] = [
    { method: 'GET' },
    { path: '/v1/blobs/originals/ab/abd' },
    { sizeBytes: 1001 },
    { sizeBytes: undefined },
    { type: 'image/gif' },
    { type: undefined },
    { type: 'image/png\n1000' },
  ];
  for (const change of changes)
    assert.equal(
      verifyRequest(key, signature, { ...request, ...change }, nowMs),
      'invalid',
      JSON.stringify(change),
    );
  const later = String(request.expiresAtMs + 60_000);
  assert.equal(verifyRequest(key, { ...signature, expires: later }, request, nowMs), 'invalid');
  assert.equal(
    verifyRequest(key, { ...signature, expires: `0${signature.expires}` }, request, nowMs),
    'invalid',
  );
});

test('a signature of another key or purpose, or none, is invalid', () => {
  for (const other of [
    signingKey('another secret', 'blobs'),
    signingKey('a secret of this installation', 'media'),
  ])
    assert.equal(verifyRequest(other, signature, request, nowMs), 'invalid');
  const first = signature.signature[0] === 'A' ? 'B' : 'A';
  const wrong = [
    undefined,
    '',
    'AAAA',
    `${first}${signature.signature.slice(1)}`,
    `${signature.signature}AAAA`,
  ];
  for (const given of wrong)
    assert.equal(
      verifyRequest(
        key,
        { expires: signature.expires, ...(given !== undefined && { signature: given }) },
        request,
        nowMs,
      ),
      'invalid',
    );
});

test('fields cannot run into one another', () => {
  const one = signRequest(key, { ...request, path: '/a', type: 'b' });
  assert.equal(verifyRequest(key, one, { ...request, path: '/a\n1000', type: 'b' }, nowMs), 'invalid');
  const bare = signRequest(key, { method: 'GET', path: '/a', expiresAtMs: request.expiresAtMs });
  assert.equal(verifyRequest(key, bare, { method: 'GET', path: '/a' }, nowMs), 'valid');
  assert.equal(verifyRequest(key, bare, { method: 'GET', path: '/a', sizeBytes: 0 }, nowMs), 'invalid');
});

test('the query holds nothing that an address must escape', () => {
  assert.match(signatureQuery(signature), /^x-kith-expires=\d+&x-kith-signature=[\w-]{43}$/);
});
