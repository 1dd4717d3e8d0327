import { invalid, Refusal } from '../../lib/refusal.ts';

/** Names that could pass for the place itself, or that paths and code use. */
const reservedUsernames = new Set(
  `about abuse account accounts admin administrator administrators all anonymous api app assets auth billing blog
   bot contact dav deleted everyone explore feed feeds files follow followers following help here home hostmaster
   info kith legal login logout mail media mod moderator moderators news nobody none noreply no_reply notifications
   null official owner password post posts postmaster privacy profile register root search security session
   settings share signin signup static status stream support sysadmin system team terms test trash undefined
   unknown upload uploads user username users webmaster www you`.split(/\s+/),
);

/** Throws `invalid` with what is wrong, in plain words. */
export function checkUsername(username: string): void {
  const refuse = (message: string, code: string, limit?: number) => {
    throw invalid('username', message, code, limit);
  };
  if (username.length < 3) refuse('A username needs at least 3 characters.', 'too-short', 3);
  if (username.length > 30) refuse('A username has at most 30 characters.', 'too-long', 30);
  if (!/^[a-z0-9_]+$/.test(username))
    refuse('A username is made of the letters a to z, digits and _ only.', 'username-form');
  if (reservedUsernames.has(username))
    refuse('This username is reserved. Please choose another.', 'reserved');
}

export const usernameTaken = () =>
  new Refusal('conflict', 'This username is taken.', {
    fields: [{ field: 'username', message: 'This username is taken.', code: 'username-taken' }],
  });
