import { Type } from 'typebox';

const text = Type.String();
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const time = Type.String({ format: 'date-time' });
const kind = Type.Enum(['file', 'folder']);

const common = {
  id: text,
  parentId: Type.Union([Type.String(), Type.Null()], {
    description: 'Null for the root of a drive, and for what is shared with you by itself.',
  }),
  name: text,
  kind,
  sizeBytes: Type.Integer({ description: 'Of a folder 0.' }),
  sha256: Type.Union([Type.String(), Type.Null()], { description: 'In hex; null until it is verified.' }),
  versionId: Type.Union([Type.String(), Type.Null()], { description: 'Null for folders.' }),
  modifiedAt: time,
};

/** `Node` of the interface. */
export const nodeSchema = Type.Object(
  {
    ...common,
    createdAt: time,
    ownerId: text,
    permissions: Type.Array(Type.Enum(['read', 'write', 'share']), {
      description: 'What whoever asks may do with it.',
    }),
  },
  { description: 'A file or folder.' },
);

export const changeSchema = Type.Object({
  kind: Type.Enum(['created', 'updated', 'moved', 'deleted']),
  node: Type.Object(common, { description: 'As it was after the change; deleted, as it was before.' }),
});

export const trashSchema = Type.Object({
  ...common,
  folderPath: Type.String({ description: 'Where it lay.' }),
  deletedAt: time,
  deletedById: text,
});

export const versionSchema = Type.Object({
  versionId: text,
  name: Type.String({ description: 'What the file was called.' }),
  sizeBytes: Type.Integer(),
  sha256: textOrNull,
  modifiedAt: time,
  createdAt: time,
  createdById: text,
  isCurrent: Type.Boolean(),
});

export const snapshotSchema = Type.Object({ id: text, name: text, createdAt: time });

export const pastNodeSchema = Type.Object(common, { description: 'As it was then.' });
