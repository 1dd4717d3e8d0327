/** `kith files …`: what people do with their files from a command line, on a server that is not theirs. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, type Person } from './client.ts';
import { startAnswerLosingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { freshFolder, KithProcess, removeFolder, runKith } from './kith-process.ts';

let folder: string;
let home: string;
let kith: KithProcess;
let client: Client;
let anna: Person;
let berta: Person;

before(async () => {
  folder = await freshFolder();
  home = await freshFolder();
  kith = await KithProcess.start(folder);
  client = await Client.of(kith.url);
  anna = await client.register('anna');
  berta = await client.register('berta');
});
after(async () => {
  await kith.stop();
  await removeFolder(folder);
  await removeFolder(home);
});

const places = () => ({
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_STATE_HOME: join(home, 'state'),
});
const as = (person: Person, url = kith.url) => ({ ...places(), KITH_SERVER: url, KITH_TOKEN: person.token });
const run = (args: string[], env: Record<string, string> = as(anna)) =>
  runKith(['files', ...args], folder, env);
async function good(args: string[], env?: Record<string, string>): Promise<string> {
  const { code, output } = await run(args, env);
  assert.equal(code, 0, output);
  return output;
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const local = (name: string) => join(home, name);

test('a folder goes up and comes down whole; what is there already is left alone', async () => {
  const bytes = {
    'a.txt': Buffer.from('a'),
    'in/big.bin': randomBytes(3_000_000),
    'in/empty': Buffer.alloc(0),
  };
  await mkdir(local('trip/in'), { recursive: true });
  await mkdir(local('trip/nothing'));
  for (const [name, content] of Object.entries(bytes)) await writeFile(join(local('trip'), name), content);
  await good(['put', local('trip')]);
  assert.equal(await good(['ls', '/trip']), 'a.txt\nin/\nnothing/\n');
  assert.match(await good(['ls', '-l', '/trip/in']), /3\.0 MB .* big\.bin/);
  const versions = async () => (await good(['versions', '/trip/a.txt'])).trim().split('\n').length;
  assert.equal(await versions(), 1);
  await writeFile(local('trip/a.txt'), 'b');
  await good(['put', local('trip'), '/']);
  assert.equal(await versions(), 2);
  await good(['get', '/trip', local('back')]);
  for (const name of ['in/big.bin', 'in/empty'] as const)
    assert.deepEqual(await readFile(join(local('back'), name)), bytes[name]);
  assert.deepEqual((await readdir(local('back'))).sort(), ['a.txt', 'in', 'nothing']);
  assert.equal(await readFile(local('back/a.txt'), 'utf8'), 'b');
});

test('files go up and down over a connection that breaks off again and again', async () => {
  const bytes = randomBytes(12_000_000);
  await writeFile(local('film.bin'), bytes);
  const up = await startCuttingProxy(kith.url, { afterBytes: 3_000_000, cutsMax: 4 });
  await good(['put', local('film.bin'), '/film.bin'], as(anna, up.url));
  assert.equal(up.cuts(), 4);
  await up.close();
  const node = await anna.get('/v1/files/by-path?path=/film.bin');
  assert.equal(node.sha256, sha256(bytes));
  const down = await startCuttingProxy(kith.url, { afterBytes: 3_000_000, cutsMax: 3 });
  await good(['get', '/film.bin', local('film back.bin')], as(anna, down.url));
  assert.equal(down.cuts(), 3);
  await down.close();
  assert.equal(sha256(await readFile(local('film back.bin'))), sha256(bytes));
  assert.deepEqual(
    (await readdir(home)).filter((name) => name.endsWith('.part')),
    [],
  );
});

test('a small file whose answer was lost is there once, and nothing that came meanwhile is written over', async () => {
  const versions = async () => (await good(['versions', '/note.txt'])).trim().split('\n').length;
  for (const [words, count] of [
    ['first', 1],
    ['second', 2],
  ] as const) {
    await writeFile(local('note.txt'), words);
    const proxy = await startAnswerLosingProxy(kith.url, 'PUT /v1/files/content');
    await good(['put', local('note.txt'), '/note.txt'], as(anna, proxy.url));
    assert.equal(proxy.cuts(), 1);
    await proxy.close();
    assert.equal(await versions(), count);
    const { sha256: stored } = await anna.get('/v1/files/by-path?path=/note.txt');
    assert.equal(stored, sha256(Buffer.from(words)));
  }
  // To the server these are one name.
  await mkdir(local('twins'));
  await writeFile(local('twins/Maße.txt'), 'with one letter');
  await writeFile(local('twins/MASSE.txt'), 'with two letters');
  const { code, output } = await run(['put', local('twins')]);
  assert.deepEqual([code, /of this name already/.test(output)], [1, true], output);
});

test('folders and files are found again however their names are written', async () => {
  await mkdir(local('one/Gro\u00dfe Stra\u00dfe'), { recursive: true });
  await writeFile(local('one/Gro\u00dfe Stra\u00dfe/Caf\u00e9.txt'), 'coffee');
  await good(['put', local('one')]);
  await mkdir(local('two/GROSSE STRASSE'), { recursive: true });
  await writeFile(local('two/GROSSE STRASSE/CAFE\u0301.TXT'), 'coffee');
  await good(['put', local('two/GROSSE STRASSE'), '/one']);
  assert.equal(await good(['ls', '/one']), 'Gro\u00dfe Stra\u00dfe/\n');
  assert.equal(await good(['ls', '/one/grosse strasse']), 'Caf\u00e9.txt\n');
  const { id } = await anna.get('/v1/files/by-path?path=/one');
  const below = `id:${id}/GROSSE STRASSE/CAFE\u0301.txt`;
  assert.match(await good(['versions', below]), /^\S+ .*current\n$/, 'the same bytes are not sent again');
});

test('what came is checked, and a part that is not what it should be is not kept', async () => {
  const node = await anna.get('/v1/files/by-path?path=/film.bin');
  const part = local(`checked.bin.${node.versionId}.part`);
  await writeFile(part, Buffer.alloc(5_000_000, 1));
  const { code, output } = await run(['get', '/film.bin', local('checked.bin')]);
  assert.deepEqual([code, /not what the server has/.test(output)], [1, true], output);
  await assert.rejects(stat(part));
  await good(['get', '/film.bin', local('checked.bin')]);
});

test('a name may be as long as names are, and leads nowhere else', async () => {
  const name = 'n'.repeat(255);
  await writeFile(local(name), 'long');
  await good(['put', local(name)]);
  await mkdir(local('long'));
  await good(['get', `/${name}`, local('long')]);
  assert.equal(await readFile(join(local('long'), name), 'utf8'), 'long');
  const node = await anna.get('/v1/files/by-path?path=/');
  const evil = createServer((_request, response) => {
    const answer = { ...node, kind: 'file', name: '../evil', parentId: anna.id };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(evil, 'listening');
  const { port } = evil.address() as AddressInfo;
  const { code, output } = await run(['get', '/x', local('long')], as(anna, `http://127.0.0.1:${port}`));
  evil.close();
  assert.equal(code, 1);
  assert.match(output, /leads elsewhere/);
});

test('versions, moments and snapshots are gone back to', async () => {
  await writeFile(local('plan.txt'), 'first');
  await good(['put', local('plan.txt'), '/plan.txt']);
  const id = (await good(['snapshot', 'so far'])).trim();
  assert.match(await good(['snapshot', '--list']), /so far/);
  const then = new Date().toISOString();
  await writeFile(local('plan.txt'), 'second');
  await good(['put', local('plan.txt'), '/plan.txt']);
  const lines = (await good(['versions', '/plan.txt'])).trim().split('\n');
  assert.match(lines[0]!, /current$/);
  const read = async () => {
    await good(['get', '/plan.txt', local('read.txt')]);
    return readFile(local('read.txt'), 'utf8');
  };
  await good(['restore', '/plan.txt', '--to', lines[1]!.split(' ')[0]!]);
  assert.equal(await read(), 'first');
  await good(['put', local('plan.txt'), '/plan.txt']);
  assert.equal(await read(), 'second');
  await good(['restore', '/plan.txt', '--at', then]);
  assert.equal(await read(), 'first');
  await good(['put', local('plan.txt'), '/plan.txt']);
  await good(['restore', '/plan.txt', '--snapshot', id]);
  assert.equal(await read(), 'first');
  await good(['snapshot', '--remove', id]);
  const unclear = await run(['restore', '/plan.txt']);
  assert.deepEqual([unclear.code, /Say to what/.test(unclear.output)], [1, true]);
});

test('files are shared with people and by links, and reached by those', async () => {
  await good(['share', '/trip', '--with', 'berta', '--role', 'viewer']);
  const [shared] = (await good(['ls', '--shared'], as(berta))).trim().split('  ');
  await good(['get', `${shared}/in/big.bin`, local('of anna.bin')], as(berta));
  assert.equal(
    sha256(await readFile(local('of anna.bin'))),
    sha256(await readFile(local('trip/in/big.bin'))),
  );
  const refused = await run(['put', local('plan.txt'), `${shared}/plan.txt`], as(berta));
  assert.deepEqual([refused.code, /read only/.test(refused.output)], [1, true], refused.output);
  const url = (await good(['share', '/trip/a.txt', '--link', '--expires', '2099-01-01'])).trim();
  assert.equal((await fetch(url)).status, 200);
  assert.match(await good(['share', '/trip/a.txt']), /viewer/);
  assert.match(await good(['share', '/trip']), /berta/);
  await good(['share', '/trip', '--end', 'berta']);
  assert.equal((await run(['ls', shared!], as(berta))).code, 1);
});

test('a password is kept for its owner alone, and used for its server alone', async () => {
  const { secret: token } = await anna.post('/v1/users/me/app-passwords', { name: 'command line' });
  await good(['login', kith.url], { ...places(), KITH_TOKEN: token });
  const file = local('config/kith/files.json');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await good(['ls'], places());
  const elsewhere = await run(['ls'], { ...places(), KITH_SERVER: 'http://127.0.0.1:9' });
  assert.deepEqual([elsewhere.code, /is for http/.test(elsewhere.output)], [1, true], elsewhere.output);
  await chmod(file, 0o644);
  const open = await run(['ls'], places());
  assert.deepEqual([open.code, /chmod 600/.test(open.output)], [1, true], open.output);
  const wrong = await run(['login', kith.url], { ...places(), KITH_TOKEN: 'kp_nonsense' });
  assert.equal(wrong.code, 1, wrong.output);
});

test('what is absent, no file, or refused is said in words', async () => {
  for (const args of [
    ['ls', '/nowhere'],
    ['get', '/nowhere'],
    ['put', local('plan.txt'), '/nowhere/else.txt'],
    ['put', local('absent')],
  ]) {
    const { code, output } = await run(args);
    assert.equal(code, 1, output);
    assert.doesNotMatch(output, /\n\s+at /, 'no stack');
  }
  await mkdir(local('links'));
  await symlink('/etc/passwd', local('links/passwd'));
  await writeFile(local('links/con.txt'), 'a device of Windows');
  const { code, output } = await run(['put', local('links')]);
  assert.equal(code, 1);
  assert.match(output, /passwd: neither file nor folder/);
  assert.match(output, /Windows keeps this name/);
  assert.equal(await good(['ls', '/links']), '');
});
