import { Type } from 'typebox';

const sizeOrNull = Type.Union([Type.Integer(), Type.Null()]);

/** `Media` of the interface, for the schemas of every feature that answers with media. */
export const mediaSchema = Type.Object(
  {
    id: Type.String({ description: 'Sorts by time of creation.' }),
    kind: Type.Enum(['image', 'video']),
    state: Type.Enum(['awaiting-upload', 'processing', 'ready', 'failed']),
    progress: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'While it is processed.' })),
    error: Type.Optional(Type.String({ description: 'Why it failed, in plain words.' })),
    width: sizeOrNull,
    height: sizeOrNull,
    durationMs: Type.Optional(Type.Integer()),
    placeholder: Type.Union([Type.String(), Type.Null()], { description: 'A thumbhash, in base64.' }),
    alt: Type.String({ description: 'What it shows, for those who do not see it.' }),
    variants: Type.Array(
      Type.Object({
        url: Type.String(),
        width: Type.Integer(),
        height: Type.Integer(),
        format: Type.String({ description: '`webp`, `avif` or `jpeg`.' }),
        sizeBytes: Type.Integer(),
      }),
      { description: 'Of a picture; smallest first.' },
    ),
    playlistUrl: Type.Optional(Type.String({ description: 'HLS, of a video.' })),
    posterUrl: Type.Optional(Type.String()),
  },
  { description: 'A picture or video. Addresses may carry a signature that is good for an hour.' },
);
