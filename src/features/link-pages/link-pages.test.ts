import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { testServer } from '../../http/test-server.ts';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { filesWorld } from '../files/test-files.ts';
import type { PreviewState } from '../previews/index.ts';
import { linkPageRoutes } from './http.ts';
import { formParts } from './multipart.ts';

async function world() {
  const { files, person, content, clock } = filesWorld();
  const anna = person();
  const { node: folder } = await files.createFolder(anna, { path: '/shared' });
  const { node: file } = await files.write(
    anna,
    { parentId: folder.id, name: "it's & b.txt" },
    { content: content(2_500) },
  );
  const { node: secret } = await files.write(anna, { path: '/secret' }, { content: content() });
  const stored: string[] = [];
  const app = await testServer();
  const states = new Map<string, PreviewState>();
  const asked: string[] = [];
  const blobs = memoryBlobs({ clock });
  linkPageRoutes(app, {
    files,
    blobs,
    previews: {
      states: async (ids) => ids.map((id) => states.get(id) ?? 'unmade'),
      async find(_who, { id }) {
        asked.push(id);
        return undefined;
      },
    },
    contents: {
      async store(_ownerId, source) {
        let text = '';
        for await (const piece of source) text += Buffer.from(piece).toString('latin1');
        stored.push(text);
        return content(text.length);
      },
    },
    sendFile: async (_request, reply, _pass, id) => reply.send(`bytes of ${id}`),
    zip: (_pass, { id }) => Readable.from([`zip of ${id}`]),
  });
  const link = async (terms: Parameters<typeof files.makeLink>[2] = {}, nodeId = folder.id) => {
    const made = await files.makeLink(anna, nodeId, terms);
    return { ...made, base: `/s/${made.token}` };
  };
  const get = (url: string, cookie?: string) => app.inject({ url, ...(cookie && { headers: { cookie } }) });
  /** A file with a preview that is ready. */
  const picture = async (name: string, parentId = folder.id) => {
    const { node } = await files.write(anna, { parentId, name }, { content: content() });
    const blob = `previews/${states.size}/w.webp`;
    await blobs.put(blob, Buffer.from(`picture of ${name}`), { type: 'image/webp' });
    states.set(node.entry!.content!.id, { small: blob, large: blob });
    return node;
  };
  return {
    app,
    files,
    anna,
    folder,
    file,
    secret,
    clock,
    stored,
    link,
    get,
    picture,
    states,
    asked,
    content,
  };
}

test('LINK-1 a folder is shown escaped, without script, under a policy that allows none', async () => {
  const w = await world();
  const { base } = await w.link();
  const page = await w.get(base);
  assert.equal(page.statusCode, 200);
  assert.match(page.body, /it&#39;s &amp; b\.txt/);
  assert.doesNotMatch(page.body, /<script|\son\w+=|http-equiv/i);
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /script-src|unsafe/);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.equal((await w.get(`${base}/files/${w.file.id}`)).body, `bytes of ${w.file.id}`);
  const zip = await w.get(`${base}/files/${w.folder.id}`);
  assert.equal(zip.body, `zip of ${w.folder.id}`);
  assert.match(String(zip.headers['content-disposition']), /^attachment; .*shared\.zip$/);
});

test('LINK-2 nothing beyond what it opens is reached, and what ended is as if it never was', async () => {
  const w = await world();
  const { base, id } = await w.link({}, w.file.id);
  const absent = await w.get('/s/nonsense');
  assert.equal(absent.statusCode, 404);
  for (const foreign of [w.secret.id, w.folder.id, w.anna.userId, 'nonsense', '../secret']) {
    const there = encodeURIComponent(foreign);
    for (const url of [`${base}/files/${there}`, `${base}?folder=${there}`]) {
      const answer = await w.get(url);
      assert.deepEqual([answer.statusCode, answer.body], [404, absent.body], url);
    }
  }
  const other = `${base.slice(0, -1)}${base.endsWith('A') ? 'B' : 'A'}`;
  assert.equal((await w.get(other)).statusCode, 404);
  const brief = await w.link({ expiresAtMs: w.clock.nowMs() + 1000 });
  assert.equal((await w.get(brief.base)).statusCode, 200);
  w.clock.advance(1000);
  assert.equal((await w.get(brief.base)).body, absent.body);
  await w.files.endShareOrLink(w.anna, w.file.id, id);
  assert.equal((await w.get(base)).body, absent.body);
  const whole = await w.link();
  await w.files.delete(w.anna, w.folder.id);
  assert.equal((await w.get(whole.base)).body, absent.body);
});

test('LINK-3 a password comes before everything, and a new one ends what the old one opened', async () => {
  const w = await world();
  const { base, id } = await w.link({ password: 'sesame' });
  const asked = await w.get(base);
  assert.match(asked.body, /type="password"/);
  assert.doesNotMatch(asked.body, /shared|txt/);
  assert.equal((await w.get(`${base}/files/${w.file.id}`)).statusCode, 404);
  const enter = (password: string) =>
    w.app.inject({
      method: 'POST',
      url: base,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ password }).toString(),
    });
  const wrong = await enter('semolina');
  assert.equal(wrong.statusCode, 403);
  assert.equal(wrong.headers['set-cookie'], undefined);
  const right = await enter('sesame');
  assert.equal(right.statusCode, 303);
  const cookie = String(right.headers['set-cookie']);
  assert.match(cookie, new RegExp(`Path=${base};.*HttpOnly`));
  const known = cookie.split(';', 1)[0]!;
  assert.match((await w.get(base, known)).body, /shared/);
  const another = await w.link({ password: 'sesame' });
  assert.match((await w.get(another.base, known)).body, /type="password"/);
  await w.files.changeLink(w.anna, w.folder.id, id, { password: 'barley' });
  assert.match((await w.get(base, known)).body, /type="password"/);
});

test('LINK-4 downloads are counted, and end at their number', async () => {
  const w = await world();
  const { base } = await w.link({ downloadsMax: 2 });
  const url = `${base}/files/${w.file.id}`;
  assert.equal((await w.get(url)).statusCode, 200);
  await w.app.inject({ url, headers: { range: 'bytes=100-' } });
  assert.equal((await w.files.links(w.anna, w.folder.id))[0]!.downloads, 1);
  assert.equal((await w.get(url)).statusCode, 200);
  assert.equal((await w.get(url)).statusCode, 404);
});

test('LINK-5 a link for sending takes files under free names and tells nothing', async () => {
  const w = await world();
  const { base } = await w.link({ role: 'uploader' });
  assert.doesNotMatch((await w.get(base)).body, /shared|txt/);
  assert.equal((await w.get(`${base}/files/${w.file.id}`)).statusCode, 404);
  const form = new FormData();
  form.append('note', 'not a file');
  form.append('file', new Blob(['hello\r\n--not the end']), "it's & b.txt");
  form.append('file', new Blob(['x'.repeat(100_000)]), 'long');
  const { body, headers } = await bodyOf(form);
  const sent = await w.app.inject({ method: 'POST', url: `${base}/upload/${w.folder.id}`, headers, body });
  assert.equal(sent.statusCode, 303, sent.body);
  assert.equal(sent.headers.location, `${base}?sent=2`);
  assert.deepEqual(w.stored, ['hello\r\n--not the end', 'x'.repeat(100_000)]);
  const names = (await w.files.list(w.anna, { id: w.folder.id }, { limit: 10 })).items.map(
    ({ entry }) => entry!.name,
  );
  assert.deepEqual(names, ["it's & b (2).txt", "it's & b.txt", 'long']);
  const elsewhere = await w.app.inject({
    method: 'POST',
    url: `${base}/upload/${w.anna.userId}`,
    headers,
    body,
  });
  assert.equal(elsewhere.statusCode, 404);
  const reader = await w.link();
  const refused = await w.app.inject({
    method: 'POST',
    url: `${reader.base}/upload/${w.folder.id}`,
    headers,
    body,
  });
  assert.equal(refused.statusCode, 403);
});

test('LINK-5 a form is read in whatever pieces it comes, and refused where it breaks off', async () => {
  const text =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\none\r\n-\r\n--\r\n--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n--b--\r\n';
  for (const size of [1, 2, 3, 7, 1000]) {
    const parts: [string, string | undefined, string][] = [];
    for await (const { name, filename, body } of formParts(pieces(text, size), 'b')) {
      let whole = '';
      for await (const piece of body) whole += Buffer.from(piece).toString();
      parts.push([name, filename, whole]);
    }
    assert.deepEqual(parts, [
      ['file', 'a', 'one\r\n-\r\n--'],
      ['x', undefined, ''],
    ]);
    await assert.rejects(
      async () => {
        for await (const { body } of formParts(pieces(text.slice(0, 70), size), 'b')) {
          for await (const _ of body);
        }
      },
      { code: 'invalid' },
    );
  }
});

test('LINK-6 previews are shown by the link that opens their file, and by no other', async () => {
  const w = await world();
  const { node: other } = await w.files.createFolder(w.anna, { path: '/other' });
  const [inside, outside] = [await w.picture(`it's & b.png`), await w.picture('hidden.png', other.id)];
  const { base } = await w.link({ downloadsMax: 1 });
  const page = await w.get(base);
  const [, source] = /<img src="([^"]+)" alt="Preview of it&#39;s &amp; b\.png"/.exec(page.body)!;
  assert.equal(source, `${base}/files/${inside.id}/preview`);
  assert.equal(page.body.match(/<img/g)!.length, 1, 'nothing where there is none');
  assert.match(String(page.headers['content-security-policy']), /img-src 'self'/);
  const shown = await w.get(source!);
  assert.deepEqual([shown.statusCode, shown.body], [200, `picture of it's & b.png`]);
  assert.equal(shown.headers['content-type'], 'image/webp');
  assert.match(String(shown.headers['content-security-policy']), /sandbox/);
  assert.match(String(shown.headers['cache-control']), /private, no-cache/);
  const again = { 'if-none-match': String(shown.headers.etag) };
  assert.equal((await w.app.inject({ url: source!, headers: again })).statusCode, 304);
  assert.equal((await w.files.links(w.anna, w.folder.id))[0]!.downloads, 0);
  for (const id of [outside.id, w.file.id, w.folder.id, w.secret.id, 'nonsense'])
    assert.equal((await w.get(`${base}/files/${id}/preview`)).statusCode, 404, id);
  const single = await w.link({}, inside.id);
  assert.match((await w.get(single.base)).body, /<img src="[^"]+\/preview" alt="Preview of /);
  await w.files.endShareOrLink(w.anna, inside.id, single.id);
  assert.equal((await w.get(`${single.base}/files/${inside.id}/preview`)).statusCode, 404);
  await w.get(`${base}/files/${inside.id}`);
  assert.equal((await w.get(source!)).statusCode, 404, 'used up');
});

test('LINK-3, LINK-5, LINK-6 no preview before the password, and none by a link for sending', async () => {
  const w = await world();
  const picture = await w.picture('a.png');
  const sending = await w.link({ role: 'uploader' });
  assert.doesNotMatch((await w.get(sending.base)).body, /<img/);
  assert.equal((await w.get(`${sending.base}/files/${picture.id}/preview`)).statusCode, 404);
  const { base } = await w.link({ password: 'sesame' });
  assert.doesNotMatch((await w.get(base)).body, /<img/);
  assert.equal((await w.get(`${base}/files/${picture.id}/preview`)).statusCode, 404);
  const right = await w.app.inject({
    method: 'POST',
    url: base,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'password=sesame',
  });
  const cookie = String(right.headers['set-cookie']).split(';', 1)[0]!;
  assert.match((await w.get(base, cookie)).body, /<img/);
  assert.equal((await w.get(`${base}/files/${picture.id}/preview`, cookie)).statusCode, 200);
});

test('LINK-6 a look at a page begins a few previews that nobody asked for yet, of pictures alone', async () => {
  const w = await world();
  const { base } = await w.link();
  for (let i = 0; i < 60; i++) {
    const target = { parentId: w.folder.id, name: i % 2 ? `${i}.JPG` : `${i}.txt` };
    const { node } = await w.files.write(w.anna, target, { content: w.content() });
    if (i === 1) w.states.set(node.entry!.content!.id, 'waiting');
    if (i === 3) w.states.set(node.entry!.content!.id, 'none');
  }
  assert.doesNotMatch((await w.get(base)).body, /<img/);
  assert.equal(w.asked.length, 24);
  const names = await Promise.all(w.asked.map(async (id) => (await w.files.get(w.anna, { id })).entry!.name));
  assert.ok(names.every((name) => name.endsWith('.JPG') && !['1.JPG', '3.JPG'].includes(name)));
});

async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
}

async function bodyOf(form: FormData) {
  const request = new Request('http://localhost', { method: 'POST', body: form });
  const headers = { 'content-type': request.headers.get('content-type')! };
  return { body: Buffer.from(await request.arrayBuffer()), headers };
}
