import { Type } from 'typebox';
import { mediaSchema } from '../media/index.ts';
import { reactionKinds, visibilities } from './post.ts';

const id = Type.String({ description: 'Sorts by time of creation.' });
const time = Type.String({ format: 'date-time' });
const timeOrNull = Type.Union([time, Type.Null()]);

/** A person beside what they made. */
export const shortUserSchema = Type.Object({
  id,
  username: Type.String(),
  displayName: Type.String(),
  avatarUrl: Type.Union([Type.String(), Type.Null()]),
});

/** `Post` of the interface, for the schemas of every feature that answers with posts. */
export const postSchema = Type.Object(
  {
    id,
    author: shortUserSchema,
    title: Type.String(),
    text: Type.String(),
    description: Type.String(),
    hashtags: Type.Array(Type.String(), { description: 'Lower case, without `#`.' }),
    media: Type.Array(mediaSchema),
    visibility: Type.Enum([...visibilities]),
    state: Type.Enum(['published', 'pending', 'failed'], {
      description: 'A pending post shows to its author alone.',
    }),
    createdAt: time,
    publishedAt: timeOrNull,
    editedAt: timeOrNull,
    counts: Type.Object({
      likes: Type.Integer({ description: 'People who reacted, with any kind.' }),
      comments: Type.Integer(),
      reactions: Type.Record(Type.String(), Type.Integer(), {
        description: `Kind (${reactionKinds.join(', ')}) to number; kinds nobody chose are left out.`,
      }),
    }),
    viewer: Type.Object({
      reaction: Type.Union([Type.Enum([...reactionKinds]), Type.Null()]),
    }),
  },
  { description: 'A post as one viewer sees it.' },
);
