/** COMPAT-1: the whole table, a document after the other. */
import { Type } from 'typebox';
import { idSchema, listLimitDefault, listOf, listQuery } from '../../http/route.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { openedSessionSchema, userSchema } from '../accounts/index.ts';
import { commentJson, commentSchema } from '../comments/index.ts';
import { type FeedOrder, feedItemSchema, feedOrderSchema } from '../feed/index.ts';
import { type NewPost, postSchema, visibilities } from '../posts/index.ts';
import { type Answer, type CompatDeps, clientTime, looseId, requireSelf, shape } from './http-shape.ts';
import { chooseUsername, dataKindOf } from './index.ts';

const required = { auth: 'required' } as const;
const making = { auth: 'required', idempotent: true } as const;
const userParams = Type.Object({ userId: idSchema });
const feedQuery = Type.Object({ ...listQuery, order: feedOrderSchema });
const feedSchema = listOf(feedItemSchema);
const noContent = { 204: Type.Null({ description: 'Done, or done before.' }) };
const followState = Type.Object({
  state: Type.Union([Type.Literal('following'), Type.Literal('requested')]),
});
const followed = { 200: followState, 201: followState };

const postBody = Type.Object({
  title: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  hashtags: Type.Optional(
    Type.Union([
      Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
      Type.String({ maxLength: 10_000 }),
    ]),
  ),
  visibility: Type.Optional(Type.Enum([...visibilities])),
  mediaUrl: Type.Optional(Type.String({ maxLength: 2048 })),
  mediaIds: Type.Optional(Type.Array(idSchema, { maxItems: 20 })),
  userId: Type.Optional(looseId('Where given, must be the caller.')),
});

/** `POST /v1/posts` */
async function post(
  { posts }: CompatDeps,
  caller: Principal,
  { userId, ...input }: Omit<NewPost, 'userId'> & { userId?: string | number | undefined },
  claim: IdempotencyClaim | undefined,
): Promise<Answer> {
  requireSelf(caller, userId);
  const made = await posts.create(caller, input, claim);
  return { status: 201, body: await posts.presentOne(caller.userId, made.post, { isNew: made.isNew }) };
}

/** `GET /v1/feeds/{userId}` */
async function readFeed(
  { feed }: CompatDeps,
  caller: Principal,
  userId: string,
  query: { limit?: number; cursor?: string; order?: string },
): Promise<Answer> {
  const { limit = listLimitDefault, cursor, order = 'recent' } = query;
  const request = { order: order as FeedOrder, limit, cursor };
  return { status: 200, body: await feed.read(caller, userId, request) };
}

const socialMedia = [
  shape({
    method: 'POST',
    path: '/post',
    summary: 'Write a post',
    config: making,
    schema: { body: postBody, response: { 201: postSchema } },
    run: (deps, { caller, body, claim }) => post(deps, caller, body, claim),
  }),
  shape({
    method: 'GET',
    path: '/post/user/:userId',
    summary: 'A person’s posts, newest first',
    config: { auth: 'optional' },
    schema: {
      params: userParams,
      querystring: Type.Object(listQuery),
      response: { 200: listOf(postSchema) },
    },
    async run({ posts }, { viewer, params, query: { limit = listLimitDefault, cursor } }) {
      const { items, nextCursor } = await posts.list(viewer, params.userId, { limit, cursor });
      const texts = await posts.present(viewer?.userId ?? null, items);
      return {
        status: 200,
        body: `{"items":[${texts.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`,
      };
    },
  }),
  shape({
    method: 'GET',
    path: '/user/profile/:userId',
    summary: 'A profile',
    config: { auth: 'optional' },
    schema: { params: userParams, response: { 200: userSchema } },
    async run({ profiles }, { viewer, params }) {
      const account = await profiles.requireVisible(viewer, params.userId);
      const [user] = await profiles.present(viewer?.userId ?? null, [account]);
      return { status: 200, body: user! };
    },
  }),
  shape({
    method: 'GET',
    path: '/user/feed/:userId',
    summary: 'One’s own feed',
    config: required,
    schema: { params: userParams, querystring: feedQuery, response: { 200: feedSchema } },
    run: (deps, { caller, params, query }) => readFeed(deps, caller, params.userId, query),
  }),
];

const fileSharing = [
  shape({
    method: 'POST',
    path: '/user/:userId/post',
    summary: 'Post what `data` holds',
    description: 'Text becomes a post titled `dataTitle`. Photos and videos are not taken yet.',
    config: making,
    schema: {
      params: userParams,
      body: Type.Object({
        data: Type.String({ description: 'Text, to 100,000 bytes of UTF-8.' }),
        dataTitle: Type.Optional(Type.String({ description: 'One line, to 200 bytes.' })),
        dataType: Type.String({ maxLength: 100, description: '`text`, `text/plain`, `png`, …' }),
      }),
      response: { 201: postSchema },
    },
    run(deps, { caller, params, body: { data, dataTitle, dataType }, claim }) {
      requireSelf(caller, params.userId);
      const kind = dataKindOf(dataType);
      if (kind === 'media') throw invalid('dataType', 'Uploads of photos and videos are not available yet.');
      if (kind === 'unknown') throw invalid('dataType', 'Text can be posted, such as dataType “text”.');
      return post(deps, caller, { title: dataTitle, text: data }, claim);
    },
  }),
  shape({
    method: 'POST',
    path: '/user/:userId/:mediaId',
    summary: 'Comment on a post',
    description: '`mediaId` is a post.',
    config: making,
    schema: {
      params: Type.Object({ userId: idSchema, mediaId: idSchema }),
      body: Type.Object({
        commentText: Type.String({ description: 'To 10,000 bytes of UTF-8.' }),
        dateTime: clientTime,
      }),
      response: { 201: commentSchema },
    },
    async run({ comments }, { caller, params, body: { commentText, dateTime }, claim }) {
      requireSelf(caller, params.userId);
      const input = { postId: params.mediaId, comment: commentText, clientTime: dateTime };
      const made = await comments.create(caller, input, claim);
      return { status: 201, body: commentJson(await comments.presentOwn(made)) };
    },
  }),
  shape({
    method: 'DELETE',
    path: '/user/:userId/post/:photoId',
    summary: 'Delete a post',
    description: '`photoId` is a post.',
    config: required,
    schema: { params: Type.Object({ userId: idSchema, photoId: idSchema }), response: noContent },
    async run({ posts }, { caller, params }) {
      requireSelf(caller, params.userId);
      await posts.delete(caller, params.photoId);
      return { status: 204, body: null };
    },
  }),
  shape({
    method: 'POST',
    path: '/user/:userId/follow',
    summary: 'Follow somebody',
    config: making,
    schema: {
      params: userParams,
      body: Type.Object({ followId: looseId('Whom to follow.'), followedDateTime: clientTime }),
      response: followed,
    },
    async run({ graph }, { caller, params, body, claim }) {
      requireSelf(caller, params.userId);
      const input = { followeeId: String(body.followId), clientTime: body.followedDateTime };
      const { state, created } = await graph.follow(caller, input, claim);
      return { status: created ? 201 : 200, body: { state } };
    },
  }),
  shape({
    method: 'POST',
    path: '/user/:userId/unfollow',
    summary: 'Stop following, or take a request back',
    config: required,
    schema: {
      params: userParams,
      body: Type.Object({ followId: looseId('Whom to leave.'), unfollowedDateTime: clientTime }),
      response: noContent,
    },
    async run({ graph }, { caller, params, body }) {
      requireSelf(caller, params.userId);
      await graph.unfollow(caller, String(body.followId), { clientTime: body.unfollowedDateTime });
      return { status: 204, body: null };
    },
  }),
  shape({
    method: 'GET',
    path: '/user/:userId/news-feed',
    summary: 'One’s own feed',
    config: required,
    schema: { params: userParams, querystring: feedQuery, response: { 200: feedSchema } },
    run: (deps, { caller, params, query }) => readFeed(deps, caller, params.userId, query),
  }),
];

const optionalText = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
const welcome =
  'Welcome to Kith, a place to share with the people you know. Log in or register to see posts.';

const imageSharing = [
  shape({
    method: 'GET',
    path: '/get_homepage',
    summary: 'One’s own feed, or a welcome for who is not logged in',
    config: { auth: 'optional' },
    schema: {
      querystring: feedQuery,
      response: {
        200: Type.Object({ ...feedSchema.properties, welcome: Type.Optional(Type.String()) }),
      },
    },
    async run(deps, { viewer, query }) {
      if (!viewer) return { status: 200, body: { items: [], nextCursor: null, welcome } };
      return readFeed(deps, viewer, viewer.userId, query);
    },
  }),
  shape({
    method: 'POST',
    path: '/register',
    summary: 'Register',
    description: 'Without a `username` one is made of the name or of the address.',
    config: { auth: 'none', limit: 'register', idempotent: true },
    schema: {
      body: Type.Object({
        name: Type.Optional(Type.String({ maxLength: 200, description: 'How the person is shown.' })),
        username: Type.Optional(Type.String({ maxLength: 100, description: '3 to 30 of a-z, 0-9 and _.' })),
        email: Type.String({ maxLength: 400 }),
        password: Type.String({ maxLength: 1000, description: '10 to 200 characters.' }),
        birthDate: optionalText(10),
        gender: optionalText(200),
        location: optionalText(400),
        bio: optionalText(4000),
        invitation: optionalText(100),
      }),
      response: { 201: openedSessionSchema },
    },
    async run({ accounts, profiles, ids }, { body: { name, username, ...fields }, device, claim }) {
      const register = (chosen: string) =>
        accounts.register({ ...fields, displayName: name, username: chosen, device }, claim);
      const { account, token } = await (username === undefined
        ? chooseUsername({ name, email: fields.email }, ids.next(), register)
        : register(username));
      return { status: 201, body: { user: await profiles.presentOwn(account), token }, isSecret: true };
    },
  }),
  shape({
    method: 'POST',
    path: '/login',
    summary: 'Log in',
    config: { auth: 'none', limit: 'login' },
    schema: {
      body: Type.Object({
        login: Type.String({
          maxLength: 400,
          description: 'A username or an address; `username` and `email` are taken as well.',
        }),
        password: Type.String({ maxLength: 1000 }),
      }),
      response: { 201: openedSessionSchema },
    },
    async run({ accounts, profiles }, { body, device }) {
      const { account, token } = await accounts.logIn({ ...body, device });
      return { status: 201, body: { user: await profiles.presentOwn(account), token }, isSecret: true };
    },
  }),
  shape({
    method: 'POST',
    path: '/post_image',
    summary: 'Post a photo or video that was uploaded',
    config: making,
    schema: { body: postBody, response: { 201: postSchema } },
    run(deps, { caller, body, claim }) {
      if (!body.mediaUrl && !body.mediaIds?.length) throw invalid('mediaUrl', 'Name the photo to post.');
      return post(deps, caller, body, claim);
    },
  }),
  shape({
    method: 'GET',
    path: '/search_user',
    summary: 'Find people',
    config: { auth: 'required', limit: 'search' },
    schema: {
      querystring: Type.Object({ q: Type.String({ minLength: 1, maxLength: 200 }), ...listQuery }),
      response: { 200: listOf(userSchema) },
    },
    async run({ search }, { caller, query: { q, limit = listLimitDefault, cursor } }) {
      return { status: 200, body: await search.users(caller, { q, limit, cursor }) };
    },
  }),
  shape({
    method: 'POST',
    path: '/follow',
    summary: 'Follow somebody',
    config: making,
    schema: {
      body: Type.Object({
        followeeId: looseId('Whom to follow.'),
        followerId: Type.Optional(looseId('Where given, must be the caller.')),
      }),
      response: followed,
    },
    async run({ graph }, { caller, body, claim }) {
      requireSelf(caller, body.followerId);
      const { state, created } = await graph.follow(caller, { followeeId: String(body.followeeId) }, claim);
      return { status: created ? 201 : 200, body: { state } };
    },
  }),
  shape({
    method: 'GET',
    path: '/get_timeline',
    summary: 'One’s own feed',
    config: required,
    schema: { querystring: feedQuery, response: { 200: feedSchema } },
    run: (deps, { caller, query }) => readFeed(deps, caller, caller.userId, query),
  }),
];

export const shapes = [...socialMedia, ...fileSharing, ...imageSharing];
