import type { Call } from './api-client.ts';
import { Belief, type Comment, type Ledger, type Person, type Post } from './ledger.ts';
import type { Random } from './random.ts';

/** One write: how to send it, and what is known after it was acknowledged or went unanswered. */
export interface Operation {
  call: Call;
  acknowledged: (body: Answered, status: number) => void;
  unanswered: () => void;
  /** Statuses that may refuse it because another client was quicker. Any other refusal breaks a promise. */
  refusals: readonly number[];
  /** The id of what it made, once known: the same request must never make another. */
  madeId?: () => string | undefined;
}
// biome-ignore lint/suspicious/noExplicitAny: bodies of many routes.
type Answered = any;

export interface Scene {
  ledger: Ledger;
  random: Random;
  /** The people this client acts for: nobody else does. */
  own: readonly Person[];
  /** How many posts one person keeps; above it more is deleted than written. */
  postsMax: number;
  newKey: () => string;
}

/** Another may have deleted the post meanwhile. */
const overtaken = [404];

/** The next write of a client, or undefined where chance picked one that has no object yet. */
export function nextOperation(scene: Scene): Operation | undefined {
  const { random } = scene;
  const me = random.pick(scene.own);
  const total = weights.reduce((sum, [weight]) => sum + weight, 0);
  let drawn = random.below(total);
  for (const [weight, make] of weights) {
    if (drawn < weight) return make(scene, me);
    drawn -= weight;
  }
  return undefined;
}

type Maker = (scene: Scene, me: Person) => Operation | undefined;
const weights: [weight: number, make: Maker][] = [
  [24, writePost],
  [9, editPost],
  [7, deletePost],
  [20, react],
  [7, takeReactionBack],
  [18, writeComment],
  [5, editComment],
  [5, deleteComment],
  [9, follow],
  [4, unfollow],
  [2, block],
  [3, unblock],
  [3, editProfile],
  [3, readNotifications],
];

function writePost({ ledger, random, newKey, postsMax, own }: Scene, me: Person): Operation | undefined {
  if (livePosts(ledger, me).length >= postsMax)
    return deletePost({ ledger, random, newKey, postsMax, own }, me);
  const marker = ledger.newMarker('p');
  const visibility = random.pick(['public', 'public', 'public', 'public', 'followers', 'only-me'] as const);
  const text = `${marker} v1 ${filling(random)}`;
  const post: Post = {
    marker,
    author: me,
    id: undefined,
    visibility,
    text: new Belief<string | null>(null),
    reactions: new Map(),
    comments: [],
  };
  const add = () => {
    if (!ledger.posts.includes(post)) ledger.posts.push(post);
    ledger.touched.add(post);
  };
  return {
    call: { method: 'POST', path: '/v1/posts', token: me.token, body: { text, visibility }, key: newKey() },
    acknowledged: (body) => {
      post.id = body.id;
      ledger.noteId(body.id);
      post.text.acknowledged(text);
      add();
    },
    unanswered: () => {
      post.text.unanswered(text);
      add();
    },
    refusals: [],
    madeId: () => post.id,
  };
}

function editPost({ ledger, random }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, livePosts(ledger, me));
  if (!post) return undefined;
  const text = `${post.marker} v${1 + random.below(1e6)} ${filling(random)}`;
  return {
    call: { method: 'PATCH', path: `/v1/posts/${post.id}`, token: me.token, body: { text } },
    ...outcome(ledger, post, post.text, text),
    refusals: [],
  };
}

function deletePost({ ledger, random }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, livePosts(ledger, me));
  if (!post) return undefined;
  return {
    call: { method: 'DELETE', path: `/v1/posts/${post.id}`, token: me.token },
    ...outcome(ledger, post, post.text, null),
    // A repetition after a crash finds it gone already.
    refusals: overtaken,
  };
}

function react({ ledger, random, newKey }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, othersPosts(ledger, me));
  if (!post) return undefined;
  const reaction = random.pick(['like', 'like', 'like', 'love', 'laugh', 'wow', 'sad']);
  return {
    call: {
      method: 'POST',
      path: '/v1/likes',
      token: me.token,
      body: { postId: post.id, reaction },
      key: newKey(),
    },
    ...outcome(ledger, post, ledger.reaction(me, post), reaction),
    refusals: overtaken,
  };
}

function takeReactionBack({ ledger, random }: Scene, me: Person): Operation | undefined {
  const liked = othersPosts(ledger, me).filter((post) => typeof post.reactions.get(me)?.sure === 'string');
  const post = pickMaybe(random, liked);
  if (!post) return undefined;
  return {
    call: { method: 'DELETE', path: `/v1/likes/${post.id}`, token: me.token },
    ...outcome(ledger, post, ledger.reaction(me, post), null),
    refusals: overtaken,
  };
}

function writeComment({ ledger, random, newKey }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, othersPosts(ledger, me));
  if (!post) return undefined;
  const marker = ledger.newMarker('c');
  const text = `${marker} v1 ${filling(random).slice(0, 200)}`;
  const comment: Comment = { marker, author: me, id: undefined, text: new Belief<string | null>(null) };
  const parent = random.chance(0.2)
    ? pickMaybe(
        random,
        post.comments.filter(({ author, id, text }) => author === me && id && text.sure),
      )
    : undefined;
  const body = { postId: post.id, comment: text, ...(parent ? { parentId: parent.id } : {}) };
  const change = outcome(ledger, post, comment.text, text);
  const add = () => {
    if (!post.comments.includes(comment)) post.comments.push(comment);
  };
  return {
    call: { method: 'POST', path: '/v1/comments', token: me.token, body, key: newKey() },
    acknowledged: (answer) => {
      comment.id = answer.id;
      ledger.noteId(answer.id);
      change.acknowledged();
      add();
    },
    unanswered: () => {
      change.unanswered();
      add();
    },
    refusals: overtaken,
    madeId: () => comment.id,
  };
}

function editComment({ ledger, random }: Scene, me: Person): Operation | undefined {
  const found = pickComment(ledger, random, me);
  if (!found) return undefined;
  const { post, comment } = found;
  const text = `${comment.marker} v${1 + random.below(1e6)} ${filling(random).slice(0, 200)}`;
  return {
    call: { method: 'PATCH', path: `/v1/comments/${comment.id}`, token: me.token, body: { comment: text } },
    ...outcome(ledger, post, comment.text, text),
    refusals: overtaken,
  };
}

function deleteComment({ ledger, random }: Scene, me: Person): Operation | undefined {
  const found = pickComment(ledger, random, me);
  if (!found) return undefined;
  const { post, comment } = found;
  return {
    call: { method: 'DELETE', path: `/v1/comments/${comment.id}`, token: me.token },
    ...outcome(ledger, post, comment.text, null),
    refusals: overtaken,
  };
}

function follow({ ledger, random, newKey }: Scene, me: Person): Operation | undefined {
  const candidates = ledger.people.filter(
    (each) => each !== me && ledger.follow(me, each).sure === false && !blockedEitherWay(ledger, me, each),
  );
  const whom = pickMaybe(random, candidates);
  if (!whom) return undefined;
  return {
    call: {
      method: 'POST',
      path: '/v1/follow',
      token: me.token,
      body: { followeeId: whom.id },
      key: newKey(),
    },
    acknowledged: () => ledger.follow(me, whom).acknowledged(true),
    unanswered: () => ledger.follow(me, whom).unanswered(true),
    refusals: [],
  };
}

function unfollow({ ledger, random }: Scene, me: Person): Operation | undefined {
  const whom = pickMaybe(
    random,
    ledger.people.filter((each) => ledger.follow(me, each).sure === true),
  );
  if (!whom) return undefined;
  return {
    call: { method: 'DELETE', path: `/v1/follow/${whom.id}`, token: me.token },
    acknowledged: () => ledger.follow(me, whom).acknowledged(false),
    unanswered: () => ledger.follow(me, whom).unanswered(false),
    refusals: [],
  };
}

/** Blocks lie between the people of one client only, so that their follows are not written by two at once. */
function block({ ledger, random, own }: Scene, me: Person): Operation | undefined {
  const whom = pickMaybe(
    random,
    own.filter((each) => each !== me),
  );
  if (!whom) return undefined;
  const follows = [ledger.follow(me, whom), ledger.follow(whom, me)];
  return {
    call: { method: 'PUT', path: `/v1/blocks/${whom.id}`, token: me.token },
    acknowledged: () => {
      ledger.block(me, whom).acknowledged(true);
      for (const each of follows) each.acknowledged(false);
    },
    unanswered: () => {
      ledger.block(me, whom).unanswered(true);
      for (const each of follows) each.unanswered(false);
    },
    refusals: [],
  };
}

function unblock({ ledger, random, own }: Scene, me: Person): Operation | undefined {
  const whom = pickMaybe(
    random,
    own.filter((each) => ledger.block(me, each).sure === true),
  );
  if (!whom) return undefined;
  return {
    call: { method: 'DELETE', path: `/v1/blocks/${whom.id}`, token: me.token },
    acknowledged: () => ledger.block(me, whom).acknowledged(false),
    unanswered: () => ledger.block(me, whom).unanswered(false),
    refusals: [],
  };
}

function editProfile({ ledger, random }: Scene, me: Person): Operation {
  const displayName = `${me.username} ${ledger.newMarker('n')} ${random.below(1000)}`;
  return {
    call: { method: 'PATCH', path: '/v1/users/me', token: me.token, body: { displayName } },
    acknowledged: () => me.displayName.acknowledged(displayName),
    unanswered: () => me.displayName.unanswered(displayName),
    refusals: [],
  };
}

/** Says that everything is read which existed by the newest id known: later ones stay unread. */
function readNotifications({ ledger }: Scene, me: Person): Operation | undefined {
  const upTo = me.newestNotification;
  if (!upTo) return undefined;
  return {
    call: { method: 'POST', path: '/v1/notifications/read', token: me.token, body: { upTo } },
    acknowledged: () => {
      if (!me.readUpTo || upTo > me.readUpTo) me.readUpTo = upTo;
      ledger.noteId(upTo);
    },
    unanswered: () => {},
    refusals: [],
  };
}

function outcome<T extends string | boolean | null>(ledger: Ledger, post: Post, belief: Belief<T>, value: T) {
  return {
    acknowledged: () => {
      belief.acknowledged(value);
      ledger.touched.add(post);
    },
    unanswered: () => {
      belief.unanswered(value);
      ledger.touched.add(post);
    },
  };
}

const livePosts = (ledger: Ledger, author: Person) =>
  ledger.posts.filter((post) => post.author === author && post.id && typeof post.text.sure === 'string');

/** Public posts of people of other clients: nobody among them is ever blocked. Recent ones, so that writes meet. */
function othersPosts(ledger: Ledger, me: Person): Post[] {
  return ledger.posts
    .slice(-meetingPosts)
    .filter(
      (post) =>
        post.author.client !== me.client &&
        post.visibility === 'public' &&
        post.id &&
        typeof post.text.sure === 'string',
    );
}
const meetingPosts = 150;

function pickComment(ledger: Ledger, random: Random, me: Person) {
  const mine = othersPosts(ledger, me).flatMap((post) =>
    post.comments
      .filter(({ author, id, text }) => author === me && id && typeof text.sure === 'string')
      .map((comment) => ({ post, comment })),
  );
  return pickMaybe(random, mine);
}

const blockedEitherWay = (ledger: Ledger, a: Person, b: Person) =>
  ledger.block(a, b).sure !== false || ledger.block(b, a).sure !== false;

const pickMaybe = <T>(random: Random, from: readonly T[]): T | undefined =>
  from.length === 0 ? undefined : random.pick(from);

const words = 'river stone lamp window bread harbour winter letter garden copper signal orchard'.split(' ');
/** Mostly short, now and then several pages of the database. */
function filling(random: Random): string {
  const count = random.chance(0.05) ? 800 : 3 + random.below(25);
  return Array.from({ length: count }, () => random.pick(words)).join(' ');
}
