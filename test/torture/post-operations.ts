import {
  Belief,
  type Comment,
  type Ledger,
  type Person,
  type Post,
  type Visibility,
  visibilities,
} from './ledger.ts';
import { type Operation, pickMaybe, type Scene } from './operation.ts';
import type { Random } from './random.ts';

/** Another may have deleted the post meanwhile. */
const overtaken = [404];

export function writePost(
  { ledger, random, newKey, postsMax, own }: Scene,
  me: Person,
): Operation | undefined {
  if (livePosts(ledger, me).length >= postsMax)
    return deletePost({ ledger, random, newKey, postsMax, own }, me);
  const marker = ledger.newMarker('p');
  const visibility = random.chance(0.7) ? 'public' : random.pick(visibilities);
  const text = `${marker} v1 ${filling(random)}`;
  const post: Post = {
    marker,
    author: me,
    id: undefined,
    visibility: new Belief<Visibility>(visibility),
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

export function editPost({ ledger, random }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, livePosts(ledger, me));
  if (!post) return undefined;
  const text = `${post.marker} v${1 + random.below(1e6)} ${filling(random)}`;
  return {
    call: { method: 'PATCH', path: `/v1/posts/${post.id}`, token: me.token, body: { text } },
    ...outcome(ledger, post, post.text, text),
    refusals: [],
  };
}

/** Moves a post between the lists and feeds of others, and between two counters. */
export function changeVisibility({ ledger, random }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, livePosts(ledger, me));
  if (!post) return undefined;
  const visibility = random.pick(visibilities);
  return {
    call: { method: 'PATCH', path: `/v1/posts/${post.id}`, token: me.token, body: { visibility } },
    ...outcome(ledger, post, post.visibility, visibility),
    refusals: [],
  };
}

export function deletePost({ ledger, random }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, livePosts(ledger, me));
  if (!post) return undefined;
  return {
    call: { method: 'DELETE', path: `/v1/posts/${post.id}`, token: me.token },
    ...outcome(ledger, post, post.text, null),
    // A repetition after a crash finds it gone already.
    refusals: overtaken,
  };
}

export function react({ ledger, random, newKey }: Scene, me: Person): Operation | undefined {
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

export function takeReactionBack({ ledger, random }: Scene, me: Person): Operation | undefined {
  const liked = othersPosts(ledger, me).filter((post) => typeof post.reactions.get(me)?.sure === 'string');
  const post = pickMaybe(random, liked);
  if (!post) return undefined;
  return {
    call: { method: 'DELETE', path: `/v1/likes/${post.id}`, token: me.token },
    ...outcome(ledger, post, ledger.reaction(me, post), null),
    refusals: overtaken,
  };
}

export function writeComment({ ledger, random, newKey }: Scene, me: Person): Operation | undefined {
  const post = pickMaybe(random, othersPosts(ledger, me));
  if (!post) return undefined;
  const marker = ledger.newMarker('c');
  const text = `${marker} v1 ${filling(random).slice(0, 200)}`.trim();
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

export function editComment({ ledger, random }: Scene, me: Person): Operation | undefined {
  const found = pickComment(ledger, random, me);
  if (!found) return undefined;
  const { post, comment } = found;
  const text = `${comment.marker} v${1 + random.below(1e6)} ${filling(random).slice(0, 200)}`.trim();
  return {
    call: { method: 'PATCH', path: `/v1/comments/${comment.id}`, token: me.token, body: { comment: text } },
    ...outcome(ledger, post, comment.text, text),
    refusals: overtaken,
  };
}

export function deleteComment({ ledger, random }: Scene, me: Person): Operation | undefined {
  const found = pickComment(ledger, random, me);
  if (!found) return undefined;
  const { post, comment } = found;
  return {
    call: { method: 'DELETE', path: `/v1/comments/${comment.id}`, token: me.token },
    ...outcome(ledger, post, comment.text, null),
    refusals: overtaken,
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
        post.visibility.sure === 'public' &&
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

const words = 'river stone lamp window bread harbour winter letter garden copper signal orchard'.split(' ');
/** Mostly short, now and then several pages of the database. */
function filling(random: Random): string {
  const count = random.chance(0.05) ? 800 : 3 + random.below(25);
  return Array.from({ length: count }, () => random.pick(words)).join(' ');
}
