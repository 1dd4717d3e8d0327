import { Type } from 'typebox';
import { postSchema } from '../posts/index.ts';
import { reasonCodes } from './reason.ts';

const reasonSchema = Type.Object(
  {
    code: Type.Enum([...reasonCodes], { description: 'Stable; for clients that say it in their own words.' }),
    text: Type.String({ description: 'Why this post is here, in plain words.' }),
  },
  { description: 'Only in the order by relevance, and only where one applies.' },
);

/** `Feed item` of the interface. */
export const feedItemSchema = Type.Object({ post: postSchema, reason: Type.Optional(reasonSchema) });

export const feedOrderSchema = Type.Optional(
  Type.Enum(['recent', 'relevant'], {
    default: 'recent',
    description: '`recent`: newest first. `relevant`: the newest few hundred ranked, then newest first.',
  }),
);
