import { Type } from 'typebox';
import { invitationDaysMax, invitationUsesMax } from './invitations.ts';
import { userSchema } from './user-schema.ts';

const time = Type.String({ format: 'date-time' });
const timeOrNull = Type.Union([time, Type.Null()]);
const textOrNull = (maxLength: number) => Type.Union([Type.String({ maxLength }), Type.Null()]);
const password = Type.String({ maxLength: 1000, description: '10 to 200 characters.' });
const cookie = Type.Optional(
  Type.Boolean({ description: 'Also sets the session as an HttpOnly cookie, for browsers.' }),
);

export const ownUserSchema = Type.Object({
  ...userSchema.properties,
  email: Type.String(),
  birthDate: Type.Union([Type.String(), Type.Null()]),
  gender: Type.Union([Type.String(), Type.Null()]),
  isAdmin: Type.Boolean(),
  state: Type.String({ description: '`active`, `deactivated` or `deleting`.' }),
  lastLoginAt: timeOrNull,
  deleteAfter: timeOrNull,
});
export const openedSessionSchema = Type.Object({
  user: ownUserSchema,
  token: Type.String({ description: 'Shown once. Send it as `Authorization: Bearer`.' }),
});

const profileProperties = {
  displayName: Type.Optional(Type.String({ maxLength: 200 })),
  bio: Type.Optional(Type.String({ maxLength: 4000 })),
  location: Type.Optional(textOrNull(400)),
  birthDate: Type.Optional(textOrNull(10)),
  gender: Type.Optional(textOrNull(200)),
};
export const registerBody = Type.Object({
  username: Type.String({ maxLength: 100, description: '3 to 30 of a-z, 0-9 and _.' }),
  email: Type.String({ maxLength: 400 }),
  password,
  ...profileProperties,
  invitation: Type.Optional(
    Type.String({ maxLength: 100, description: 'Where registration is by invitation.' }),
  ),
  cookie,
});
export const loginBody = Type.Object({
  login: Type.String({ maxLength: 400, description: 'A username or an e-mail address.' }),
  password: Type.String({ maxLength: 1000 }),
  cookie,
});
export const updateBody = Type.Object({
  ...profileProperties,
  avatarMediaId: Type.Optional(textOrNull(64)),
  isPrivate: Type.Optional(Type.Boolean()),
  email: Type.Optional(Type.String({ maxLength: 400 })),
  password: Type.Optional(password),
  currentPassword: Type.Optional(
    Type.String({ maxLength: 1000, description: 'Needed to change the e-mail address or the password.' }),
  ),
});
export const passwordBody = Type.Object({ password });

export const sessionSchema = Type.Object({
  id: Type.String(),
  device: Type.String(),
  createdAt: time,
  lastSeenAt: time,
  current: Type.Boolean(),
});
export const appPasswordSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAt: time,
  lastUsedAt: timeOrNull,
});
export const createdAppPasswordSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  secret: Type.String({ description: 'Shown once.' }),
});
export const historySchema = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  byUserId: Type.String(),
  at: time,
});

export const adminUserSchema = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  isAdmin: Type.Boolean(),
  isPrivate: Type.Boolean(),
  state: Type.String(),
  createdAt: time,
  lastLoginAt: timeOrNull,
});
export const resetLinkSchema = Type.Object({ url: Type.String(), expiresAt: time });
export const invitationBody = Type.Object({
  note: Type.Optional(Type.String({ maxLength: 400 })),
  uses: Type.Optional(Type.Integer({ minimum: 1, maximum: invitationUsesMax })),
  expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: invitationDaysMax })),
});
export const invitationSchema = Type.Object({
  id: Type.String(),
  code: Type.String(),
  url: Type.String(),
  note: Type.String(),
  uses: Type.Integer(),
  usesMax: Type.Integer(),
  createdAt: time,
  expiresAt: time,
  revokedAt: timeOrNull,
});
