/** File clients on the real program: app passwords, what they do one after the other, and what nobody may do. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import type { Person } from './client.ts';
import { freshFolder, KithProcess, removeFolder } from './kith-process.ts';
import { createWorld, type World } from './world.ts';

let world: World;
const secrets = new Map<Person, string>();
before(async () => {
  world = await createWorld();
  for (const person of [world.anna, world.berta, world.dora]) {
    secrets.set(person, (await person.post('/v1/users/me/app-passwords', { name: 'files' })).secret);
  }
});
after(() => world.close());

const basic = (name: string, secret: string) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;

interface Sent {
  as?: Person | null;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** By a plain socket: `fetch` would tidy up the paths that are asked for. */
function dav(method: string, path: string, { as = world.anna, headers = {}, body }: Sent = {}) {
  const { hostname, port } = new URL(world.client.url);
  const authorization = as && basic(as.username, secrets.get(as)!);
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer; text: string }>(
    (resolve, reject) => {
      const asked = request(
        { hostname, port, method, path, headers: { ...(authorization && { authorization }), ...headers } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const bytes = Buffer.concat(parts);
            resolve({ status: answer.statusCode!, headers: answer.headers, bytes, text: bytes.toString() });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    },
  );
}

const status = async (method: string, path: string, sent: Sent = {}) =>
  (await dav(method, path, sent)).status;
const lockBody =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
const list = async (path: string, as = world.anna) =>
  [...(await dav('PROPFIND', path, { as, headers: { depth: '1' } })).text.matchAll(/<D:href>([^<]*)</g)].map(
    ([, href]) => href,
  );

test('a file that is saved as Windows and macOS do it is a file of everybody’s', async () => {
  const { anna } = world;
  const path = '/dav/Letters/u%CC%88ber.bin';
  const bytes = randomBytes(300_000);
  assert.equal(await status('MKCOL', '/dav/Letters/'), 201);
  assert.equal(await status('PUT', path, { body: '' }), 201);
  const locked = await dav('LOCK', path, { headers: { timeout: 'Second-600' }, body: lockBody });
  const token = String(locked.headers['lock-token']);
  assert.equal(locked.status, 200);
  assert.equal(await status('PUT', path, { body: bytes }), 423);
  assert.equal(await status('PUT', path, { body: bytes, headers: { if: `(${token})` } }), 204);
  const patch =
    '<propertyupdate xmlns="DAV:"><set><prop><t xmlns="urn:schemas-microsoft-com:">1</t></prop></set></propertyupdate>';
  assert.equal(await status('PROPPATCH', path, { body: patch, headers: { if: `(${token})` } }), 207);
  assert.equal(await status('UNLOCK', path, { headers: { 'lock-token': token } }), 204);
  const got = await dav('GET', path);
  assert.ok(got.bytes.equals(bytes));
  const { items } = await anna.get('/v1/files?path=/Letters');
  assert.deepEqual(
    items.map(({ name, sizeBytes, versionId }: { name: string; sizeBytes: number; versionId: string }) => [
      name,
      sizeBytes,
      `"${versionId}"`,
    ]),
    [['über.bin', 300_000, got.headers['etag']]],
  );
  const part = await dav('GET', path, { headers: { range: 'bytes=-10' } });
  assert.ok(part.bytes.equals(bytes.subarray(-10)));
  assert.equal(await status('COPY', path, { headers: { destination: '/dav/Letters/two' } }), 201);
  assert.equal(
    await status('MOVE', '/dav/Letters', { headers: { destination: `${world.client.url}/dav/Post/` } }),
    201,
  );
  assert.deepEqual(await list('/dav/Post'), ['/dav/Post/', '/dav/Post/two', '/dav/Post/%C3%BCber.bin']);
  assert.equal(await status('DELETE', '/dav/Post'), 204);
  const { items: trashed } = await anna.get('/v1/trash');
  assert.deepEqual(
    trashed.map(({ name }: { name: string }) => name),
    ['Post'],
  );
});

test('a name in a Destination may come as it is', async () => {
  assert.equal(await status('PUT', '/dav/plain', { body: 'x' }), 201);
  const destination = Buffer.from('/dav/größe 1').toString('latin1');
  assert.equal(await status('MOVE', '/dav/plain', { headers: { destination } }), 201);
  assert.equal((await dav('GET', '/dav/gr%C3%B6%C3%9Fe%201')).text, 'x');
});

test('nobody comes in by a session, a cookie, a wrong password or an ended one', async () => {
  const { anna } = world;
  const headers = { depth: '0' };
  const tries = [
    {},
    { cookie: `kith_session=${anna.token}` },
    { authorization: `Bearer ${anna.token}` },
    { authorization: `Bearer ${secrets.get(anna)}` },
    { authorization: basic('anna', anna.token) },
    { authorization: basic('anna', 'the password of anna') },
    { authorization: basic('berta', secrets.get(anna)!) },
    { authorization: 'Basic !' },
    { authorization: 'Digest username="anna"' },
  ];
  for (const each of tries) {
    const answer = await dav('PROPFIND', '/dav/', { as: null, headers: { ...headers, ...each } });
    assert.equal(answer.status, 401, JSON.stringify(each));
    assert.match(String(answer.headers['www-authenticate']), /^Basic realm="Kith".*Digest/);
  }
  const { id, secret } = await anna.post('/v1/users/me/app-passwords', { name: 'lost phone' });
  const phone = { as: null, headers: { ...headers, authorization: basic('anna', secret) } };
  assert.equal(await status('PROPFIND', '/dav/', phone), 207);
  await anna.delete(`/v1/users/me/app-passwords/${id}`);
  assert.equal(await status('PROPFIND', '/dav/', phone), 401);
});

test('what is hidden is absent, wherever a path leads', async () => {
  const { anna, berta, dora } = world;
  const folder = await anna.post('/v1/folders', { path: '/Common' });
  await anna.post('/v1/folders', { path: '/Private' });
  await dav('PUT', '/dav/Common/a', { body: 'shared' });
  await dav('PUT', '/dav/Private/b', { body: 'mine' });
  await anna.post(`/v1/files/${folder.id}/shares`, { username: 'berta', role: 'editor' });
  const common = '/dav/Shared%20with%20me/Common';
  assert.equal((await dav('GET', `${common}/a`, { as: berta })).text, 'shared');
  assert.equal(await status('PUT', `${common}/c`, { as: berta, body: 'by berta' }), 201);
  const absent = await dav('GET', '/dav/none', { as: berta });
  const hidden = [
    '/dav/Common/a',
    '/dav/Private/b',
    `/dav/${folder.id}`,
    `${common}/../Private/b`,
    `${common}/%2e%2e/Private/b`,
    `${common}/..%2fPrivate%2fb`,
    '/dav/Shared%20with%20me/Private/b',
    '/dav/Shared%20with%20me/../../v1/users/me',
  ];
  for (const path of hidden) {
    const answer = await dav('GET', path, { as: berta });
    assert.deepEqual([answer.status, answer.text], [404, absent.text], path);
    assert.equal(await status('DELETE', path, { as: berta }), 404, path);
    assert.equal(
      await status('COPY', path, { as: berta, headers: { destination: '/dav/stolen' } }),
      404,
      path,
    );
  }
  assert.equal(await status('GET', `${common}/a`, { as: dora }), 404);
  for (const destination of ['/dav/Shared%20with%20me/Private/x', `${common}/../x`, `${common}/%2e%2e/x`]) {
    const moved = await status('MOVE', `${common}/c`, { as: berta, headers: { destination } });
    assert.ok([403, 404, 409].includes(moved), `${destination} ${moved}`);
  }
  const elsewhere = { as: berta, headers: { destination: 'http://evil.example/dav/x' } };
  assert.equal(await status('MOVE', `${common}/c`, elsewhere), 502);
  await anna.delete(`/v1/files/${folder.id}/shares/${berta.id}`);
  assert.equal(await status('GET', `${common}/a`, { as: berta }), 404, 'it ends at once');
});

test('hostile bodies and headers are refused, and it goes on', async () => {
  const laughs = `<!DOCTYPE a [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i} "&a;&a;&a;&a;">`).join('')}]><a>&a19;</a>`;
  const bodies: [number, string][] = [
    [400, laughs],
    [
      400,
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&x;</prop></propfind>',
    ],
    [400, '<a>'.repeat(10_000)],
    [400, `<a>${'<b/>'.repeat(9_000)}</a>`],
    [413, `<a>${' '.repeat(70_000)}</a>`],
    [400, '<a xmlns:b=""/>'],
    [400, '\u0000'],
  ];
  for (const [expected, body] of bodies)
    for (const method of ['PROPFIND', 'PROPPATCH', 'LOCK'])
      assert.equal(
        await status(method, '/dav/', { headers: { depth: '0' }, body }),
        expected,
        body.slice(0, 50),
      );
  const odd: [number, string, Record<string, string>][] = [
    [403, 'PROPFIND', { depth: 'infinity' }],
    [403, 'PROPFIND', {}],
    [400, 'PROPFIND', { depth: '99999999999999999999' }],
    [400, 'PROPFIND', { depth: '0', if: '('.repeat(8000) }],
    [412, 'PROPFIND', { depth: '0', if: '(<urn:x>)' }],
    [400, 'UNLOCK', { 'lock-token': 'x' }],
    [400, 'MOVE', {}],
    [405, 'PUT', {}],
    [405, 'MKCOL', {}],
    [405, 'POST', {}],
    [405, 'PATCH', {}],
  ];
  for (const [expected, method, headers] of odd)
    assert.equal(
      await status(method, '/dav/', { headers }),
      expected,
      `${method} ${JSON.stringify(headers).slice(0, 60)}`,
    );
  for (const path of ['/dav/%ff', '/dav/%', '/dav/a%00b'])
    assert.ok([400, 404].includes(await status('GET', path)), path);
  assert.equal(await status('PUT', '/dav/a%00b', { body: 'x' }), 403);
  assert.equal(await status('PROPFIND', '/dav/', { headers: { depth: '0' } }), 207);
});

test('guessing app passwords is slowed down here as elsewhere', async () => {
  const folder = await freshFolder();
  const kith = await KithProcess.start(folder, { KITH_RATE_LIMITS: 'on' });
  const guess = async () => {
    const answer = await fetch(`${kith.url}/dav/`, {
      method: 'PROPFIND',
      headers: { authorization: basic('anna', `ka_${'0'.repeat(60)}`) },
    });
    await answer.text();
    return answer.status;
  };
  const answers = new Map<number, number>();
  for (let i = 0; i < 320; i++) {
    const code = await guess();
    answers.set(code, (answers.get(code) ?? 0) + 1);
  }
  assert.equal(answers.get(401), 300);
  assert.equal(answers.get(429), 20);
  await kith.stop();
  await removeFolder(folder);
});
