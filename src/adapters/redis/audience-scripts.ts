import { defineScript } from './script.ts';

/*
 * An audience: a sorted set of inboxes (reader and nonce) by the serial under which each joined; serials of one
 * audience only grow. Its first member is its identity, "#<nonce>", with the last serial, negated, as score.
 *
 * The directory says which identity an author's audience has. An audience of any other identity, or none where there
 * should be one, was lost: then its members may believe that they are delivered to, and are not. Whoever notices
 * changes the directory's entry, and with it, at once, its epoch. An inbox is believed only in the epoch in which it
 * compared all its audiences with the directory.
 */
const identityLua = `
local function serialOf(identity)
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  if first[1] == '#' .. identity then return -tonumber(first[2]) end
end
`;

/** ARGV: ttl, identity, whether the caller gave it and nobody else can have, member, serial that it had or 0. */
export const joinAudienceScript = defineScript(
  'join-audience',
  `${identityLua}
local identity = ARGV[2]
local serial = serialOf(identity)
if not serial then
  if ARGV[3] == '0' then return 0 end
  redis.call('DEL', KEYS[1])
  serial = 0
end
local had = redis.call('ZSCORE', KEYS[1], ARGV[4])
if had and had == ARGV[5] then return tonumber(had) end
serial = serial + 1
redis.call('ZADD', KEYS[1], -serial, '#' .. identity, serial, ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return serial`,
);

/** ARGV: identity, member and serial each. Whoever has joined anew since has another serial, and stays. */
export const leaveAudienceScript = defineScript(
  'leave-audience',
  `${identityLua}
if not serialOf(ARGV[1]) then return end
for i = 2, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('ZREM', KEYS[1], ARGV[i]) end
end`,
);

/** ARGV: ttl, serial after which the page begins, limit. Answers the first member, then members with serials. */
export const audiencePageScript = defineScript(
  'audience-page',
  `redis.call('PEXPIRE', KEYS[1], ARGV[1])
local first = redis.call('ZRANGE', KEYS[1], 0, 0)[1] or ''
return {first, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])}`,
);

/** On the directory. ARGV: generation, then author and new identity each. Answers the epoch and the identities that hold. */
export const nameAudiencesScript = defineScript(
  'name-audiences',
  `if redis.call('HGET', KEYS[1], '#') ~= ARGV[1] then return false end
local names = {redis.call('HGET', KEYS[1], 'e')}
for i = 2, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 then
    names[#names + 1] = ARGV[i + 1]
  else
    names[#names + 1] = redis.call('HGET', KEYS[1], ARGV[i])
  end
end
return names`,
);

/** On the directory. ARGV: generation, a new epoch, then author and the identity that was lost each. */
export const forgetAudiencesScript = defineScript(
  'forget-audiences',
  `if redis.call('HGET', KEYS[1], '#') ~= ARGV[1] then return false end
for i = 3, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('HSET', KEYS[1], 'e', ARGV[2])
  end
end
return 1`,
);
