/** A small place that looks lived in, for pictures of the pages: photos, conversations, notifications. */
import sharp from 'sharp';
import { type Client, createClient } from '../../sdk/client.ts';

export const people = [
  ['maren', 'Maren Voss', 'Baker, early riser. Mostly bread and the sea.', 'Husum'],
  ['tobias', 'Tobias Lindqvist', 'Trees, trains and tea.', 'Uppsala'],
  ['amina', 'Amina Haddad', 'I fix bicycles and read on balconies.', 'Lyon'],
  ['joao', 'João Pereira', 'Choir on Tuesdays, surf on Sundays.', 'Ericeira'],
  ['noor', 'نور الخطيب', 'أصوّر الضوء والظلال', 'عمّان'],
] as const;
export type Name = (typeof people)[number][0];
export const password = 'tea with lemon';

/** Who, what, and how many photos with it. */
const posts: readonly [Name, string, readonly string[]][] = [
  ['joao', 'Choir practice moved to Thursday, because the hall has a wedding. Bring the folders #choir', []],
  ['noor', 'صباح هادئ بعد المطر. القهوة على الشرفة #morning', ['amber']],
  [
    'tobias',
    'Found the old railway path again. Nine kilometres of birches, nobody but a hare.\n\nIf anybody wants to come along on Saturday: the train leaves at 8:14, and I will bring the thermos. #walks #autumn',
    ['birch', 'path', 'lake'],
  ],
  [
    'amina',
    'Three bicycles saved this week, one of them older than me. The bell still works. #repair #autumn',
    [],
  ],
  ['maren', 'First rye of the autumn. The crust sang all the way to the shop. #bread #autumn', ['rye']],
  ['amina', 'Does anybody have a ladder I can borrow over the weekend? @tobias maybe?', []],
  ['joao', 'Low tide, no wind, everybody asleep. #sea #morning', ['tide', 'dusk']],
];

const skies: Readonly<Record<string, readonly [string, string, string]>> = {
  amber: ['#f3b56b', '#c5563c', '#3d2b3a'],
  birch: ['#dfe8e2', '#8fae8b', '#40573f'],
  path: ['#f0e3c2', '#b59a5c', '#4f4a2d'],
  lake: ['#cfe3ee', '#6f9fb8', '#27485c'],
  rye: ['#f2dfc4', '#b9783f', '#4a2814'],
  tide: ['#d9ecf2', '#7db4c4', '#2b5a6d'],
  dusk: ['#f6c7a8', '#9a6a8c', '#2b2a4c'],
};

/** What Maren keeps: by path, and what is in it; null for a folder. */
const kept: readonly (readonly [string, string | Buffer | null])[] = [
  ['/Recipes', null],
  ['/Recipes/Holidays', null],
  ['/Shop', null],
  ['/Photos of the harbour', null],
  [
    '/Recipes/Rye, three days.md',
    '# Rye, three days\n\nDay one: 100 g of rye flour, 100 g of water, warm. Stir, cover, wait.\n\nDay two: the same again, and do not be afraid of the smell.\n\nDay three: bake it hot, then slowly.\n',
  ],
  ['/Recipes/Cinnamon knots.md', 'Butter first.\n'],
  ['/Shop/Orders 2026.csv', 'name,loaves\nAmina,1\nTobias,2\n'],
  ['/Shop/Lease.pdf', Buffer.alloc(184_000)],
  ['/Price list.txt', 'Rye 4.80\nSpelt 5.20\n'],
  ['/Letter to the harbour master.odt', Buffer.alloc(31_400)],
  ['/Choir, Tuesday evening.m4a', Buffer.alloc(4_210_000)],
];

/** A landscape of soft layers under a low sun. */
async function paint(name: string, width = 1600, height = name === 'rye' ? 2000 : 1067): Promise<Buffer> {
  const [sky, middle, near] = skies[name]!;
  const hill = (y: number, bend: number) =>
    `M0 ${y} C ${width * 0.25} ${y - bend} ${width * 0.45} ${y + bend} ${width * 0.7} ${y - bend * 0.4} S ${width} ${y + bend * 0.3} ${width} ${y} V ${height} H 0 Z`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${middle}" stop-opacity=".55"/><stop offset=".6" stop-color="${sky}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="${sky}"/><rect width="100%" height="100%" fill="url(#s)"/>
    <circle cx="${width * 0.68}" cy="${height * 0.36}" r="${height * 0.07}" fill="#fff" opacity=".8"/>
    <path d="${hill(height * 0.55, 90)}" fill="${middle}" opacity=".55"/>
    <path d="${hill(height * 0.68, 70)}" fill="${middle}"/>
    <path d="${hill(height * 0.82, 60)}" fill="${near}"/></svg>`;
  return sharp(Buffer.from(svg)).blur(1.2).jpeg({ quality: 88 }).toBuffer();
}

export interface PicturedWorld {
  /** The post with a conversation under it. */
  postId: string;
}

export async function furnishPictures(url: string): Promise<PicturedWorld> {
  const clients = new Map<Name, Client>();
  const ids = new Map<Name, string>();
  for (const [username, displayName, bio, location] of people) {
    const anybody = createClient({ url });
    const body = { username, displayName, bio, location, email: `${username}@example.org`, password };
    const { user, token } = await anybody.post('/v1/users', { body });
    clients.set(username, createClient({ url, token }));
    ids.set(username, user.id);
  }
  const of = (name: Name) => clients.get(name)!;
  for (const [from] of people)
    for (const [to] of people)
      if (from !== to) await of(from).post('/v1/follow', { body: { followeeId: ids.get(to)! } });
  const pictures = { maren: 'rye', tobias: 'birch', amina: 'dusk', joao: 'tide' } as const;
  for (const [name, picture] of Object.entries(pictures)) await setPicture(of(name as Name), picture);
  const made: string[] = [];
  for (const [author, text, photos] of [...posts].reverse()) {
    const mediaIds = await Promise.all(photos.map((photo) => upload(of(author), photo)));
    made.push((await of(author).post('/v1/posts', { body: { text, mediaIds } })).id);
    await Promise.all(mediaIds.map((id) => untilReady(of(author), id)));
  }
  const rye = made[2]!;
  await converse(of, rye);
  await keepFiles(url, of);
  return { postId: rye };
}

async function converse(of: (name: Name) => Client, postId: string): Promise<void> {
  for (const [name, reaction] of [
    ['tobias', 'love'],
    ['amina', 'like'],
    ['joao', 'wow'],
  ] as const)
    await of(name).post('/v1/likes', { body: { postId, reaction } });
  const say = (name: Name, comment: string, parentId?: string) =>
    of(name).post('/v1/comments', { body: { postId, comment, ...(parentId && { parentId }) } });
  const first = await say('amina', 'Is there one left for tomorrow morning?');
  await say('maren', 'I will put one aside for you, with your name on it.', first.id);
  await say('tobias', 'I can smell it from here. What flour do you use, @maren?');
  await say('joao', 'That crust!');
  await of('noor').post('/v1/reports', { body: { postId, reason: 'other', note: 'Made me too hungry.' } });
}

async function keepFiles(url: string, of: (name: Name) => Client): Promise<void> {
  const session = { login: 'maren', password };
  const { token } = await createClient({ url }).post('/v1/sessions', { body: session });
  const put = async (path: string, body: string | Buffer) => {
    const sent = await fetch(`${url}/v1/files/content?path=${encodeURIComponent(path)}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    if (!sent.ok) throw new Error(await sent.text());
    return (await sent.json()) as { id: string };
  };
  const maren = of('maren');
  for (const [path, content] of kept) {
    if (content === null) await maren.post('/v1/folders', { body: { path } });
    else await put(path, content);
  }
  await put('/Low tide.jpg', await paint('tide'));
  await maren.post('/v1/snapshots', { body: { name: 'Before the spring clean' } });
  const prices = await put('/Price list.txt', 'Rye 4.90\nSpelt 5.40\nKnots 2.10\n');
  await maren.post('/v1/files/{id}/shares', {
    path: { id: prices.id },
    body: { username: 'amina', role: 'editor' },
  });
  await maren.post('/v1/files/{id}/shares', {
    path: { id: prices.id },
    body: { link: true, password: 'rye' },
  });
  const old = await put('/Old menu.txt', 'Rye 4.20\n');
  await maren.delete('/v1/files/{id}', { path: { id: old.id } });
  await maren.post('/v1/snapshots', { body: { name: 'New prices' } });
  const walk = await of('tobias').post('/v1/folders', { body: { path: '/Saturday walk' } });
  await of('tobias').post('/v1/files/{id}/shares', {
    path: { id: walk.id },
    body: { username: 'maren', role: 'editor' },
  });
}

async function upload(client: Client, name: string): Promise<string> {
  const bytes = await paint(name);
  const body = {
    filename: `${name}.jpg`,
    contentType: 'image/jpeg',
    sizeBytes: bytes.length,
    alt: `A landscape: ${name}`,
  };
  const { url, headers, mediaId } = await client.post('/v1/uploads', { body });
  const sent = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  if (!sent.ok) throw new Error(await sent.text());
  return mediaId;
}

async function untilReady(client: Client, id: string): Promise<void> {
  for (;;) {
    const { state, error } = await client.get('/v1/media/{id}', { path: { id } });
    if (state === 'ready') return;
    if (state === 'failed') throw new Error(error);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function setPicture(client: Client, name: string): Promise<void> {
  const avatarMediaId = await upload(client, name);
  await untilReady(client, avatarMediaId);
  await client.patch('/v1/users/me', { body: { avatarMediaId } });
}
