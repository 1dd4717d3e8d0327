import { Type } from 'typebox';

const time = Type.String({ format: 'date-time' });
const textOrNull = Type.Union([Type.String(), Type.Null()]);

/** `User` of the interface, for the schemas of every feature that answers with people. */
export const userSchema = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  bio: Type.String(),
  location: textOrNull,
  avatarUrl: textOrNull,
  isPrivate: Type.Boolean(),
  createdAt: time,
  counts: Type.Object({
    followers: Type.Integer(),
    following: Type.Integer(),
    posts: Type.Integer(),
  }),
  viewer: Type.Object({
    following: Type.Boolean(),
    followedBy: Type.Boolean(),
    requested: Type.Boolean(),
    blocking: Type.Boolean(),
    muting: Type.Boolean(),
  }),
});
