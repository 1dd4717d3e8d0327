import type { Ledger, Person } from './ledger.ts';
import { type Operation, pickMaybe, type Scene } from './operation.ts';

export function follow({ ledger, random, newKey }: Scene, me: Person): Operation | undefined {
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

export function unfollow({ ledger, random }: Scene, me: Person): Operation | undefined {
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
export function block({ ledger, random, own }: Scene, me: Person): Operation | undefined {
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

export function unblock({ ledger, random, own }: Scene, me: Person): Operation | undefined {
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

export function editProfile({ ledger, random }: Scene, me: Person): Operation {
  const displayName = `${me.username} ${ledger.newMarker('n')} ${random.below(1000)}`;
  return {
    call: { method: 'PATCH', path: '/v1/users/me', token: me.token, body: { displayName } },
    acknowledged: () => me.displayName.acknowledged(displayName),
    unanswered: () => me.displayName.unanswered(displayName),
    refusals: [],
  };
}

/** Says that everything is read which existed by the newest id known: later ones stay unread. */
export function readNotifications({ ledger }: Scene, me: Person): Operation | undefined {
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

const blockedEitherWay = (ledger: Ledger, a: Person, b: Person) =>
  ledger.block(a, b).sure !== false || ledger.block(b, a).sure !== false;
