import { ringLua } from './ring-lua.ts';
import { defineScript } from './script.ts';

/*
 * An inbox: the authors whose audience it is in (author, identity of that audience, serial in it; the serial is
 * negative until the author is covered), then entries (key, author), then the trailer.
 *
 * nonce: which inbox of this reader it is. term: changed by whatever ends coverage or membership; what was begun with
 * an older one is refused. version: changed with every change of coverage. rev: counts changes of the authors.
 * epoch: that of the directory when the authors were last compared with it.
 */
const inboxLua = `${ringLua}
local fields = '>ddddddddd'
local function parse(v)
  local nonce, term, version, rev, epoch, low, floor, authors, n = unpack8(fields, v, #v - 71)
  return { nonce = nonce, term = term, version = version, rev = rev, epoch = epoch, low = low, floor = floor,
    authors = authors, n = n }
end
local function trailer(b)
  return pack8(fields, b.nonce, b.term, b.version, b.rev, b.epoch, b.low, b.floor, b.authors, b.n)
end
local function load(name)
  local v = redis.call('GET', name)
  if not v then return end
  local b = parse(v)
  b.list = sub(v, 1, 24 * b.authors)
  b.entries = sub(v, 24 * b.authors + 1, #v - 72)
  return b
end
local function save(name, b)
  b.authors = #b.list / 24
  redis.call('SET', name, b.list .. b.entries .. trailer(b), 'KEEPTTL')
end
-- Where each author's place in the list begins.
local function places(b)
  local at = {}
  for i = 1, #b.list, 24 do at[num(b.list, i)] = i end
  return at
end
-- Takes out those that the set names; answers them.
local function leave(b, gone, term, version)
  local kept, left = {}, {}
  for i = 1, #b.list, 24 do
    local entry = sub(b.list, i, i + 23)
    if gone[num(entry, 1)] then left[#left + 1] = entry else kept[#kept + 1] = entry end
  end
  b.list = table.concat(kept)
  b.term, b.version, b.rev = term, version, b.rev + 1
  return table.concat(left)
end
local function setOf(packed)
  local set = {}
  for i = 1, #packed, 8 do set[num(packed, i)] = true end
  return set
end
local function describe(name, max)
  local t = redis.call('GETRANGE', name, -72, -1)
  if t == '' then return false end
  local b = parse(t)
  b.floor = floorOf(name, 24 * b.authors, 16, b.n, max, b.floor)
  local list = ''
  if b.authors > 0 then list = redis.call('GETRANGE', name, 0, 24 * b.authors - 1) end
  return trailer(b) .. list
end
`;

/** ARGV: ttl, ringMax. Answers trailer and authors; counts as a use. */
export const describeInboxScript = defineScript(
  'describe-inbox',
  `${inboxLua}
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return describe(KEYS[1], tonumber(ARGV[2]))`,
);

/** ARGV: ttl, ringMax, [nonce, term, version] for a new one. Answers as above. */
export const openInboxScript = defineScript(
  'open-inbox',
  `${inboxLua}
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then
  redis.call('SET', KEYS[1], ARGV[3] .. pack8('>dddddd', 0, 0, 0, math.huge, 0, 0), 'PX', ARGV[1])
end
return describe(KEYS[1], tonumber(ARGV[2]))`,
);

/**
 * ARGV: [nonce, term, a version, epoch, a term], [author, identity, serial] each. Answers the term that holds from
 * here on; nothing if it is another inbox or somebody left. The identities held in that epoch. If the others were
 * compared in another one, all must be compared again. Where an audience was lost and begun anew, whoever joined the
 * lost one may have read the truth before posts that were delivered to nobody: the term ends.
 */
export const joinInboxScript = defineScript(
  'join-inbox',
  `${inboxLua}
local b = load(KEYS[1])
if not b or b.nonce ~= num(ARGV[1], 1) or b.term ~= num(ARGV[1], 9) then return false end
local at, list, add = places(b), b.list, {}
for i = 1, #ARGV[2], 24 do
  local author, serial = sub(ARGV[2], i, i + 7), num(ARGV[2], i + 16)
  local identity = sub(ARGV[2], i + 8, i + 15)
  local p = at[num(author, 1)]
  local entry = author .. identity .. dbl(-serial)
  if not p then
    add[#add + 1] = entry
  else
    local old, isAnother = num(list, p + 16), sub(list, p + 8, p + 15) ~= identity
    if isAnother then b.term = num(ARGV[1], 33) end
    if isAnother or math.abs(old) ~= serial then
      list = sub(list, 1, p - 1) .. entry .. sub(list, p + 24)
      if old > 0 then b.version = num(ARGV[1], 17) end
    end
  end
end
if #list == 0 then b.epoch = num(ARGV[1], 25) elseif b.epoch ~= num(ARGV[1], 25) then b.epoch = 0 end
b.list = list .. table.concat(add)
b.rev = b.rev + 1
save(KEYS[1], b)
return dbl(b.term)`,
);

/** ARGV: [term, from, a version, ringMax], authors, entries that ascend. 0 if it is refused. */
export const coverInboxScript = defineScript(
  'cover-inbox',
  `${inboxLua}
local b = load(KEYS[1])
if not b or b.term ~= num(ARGV[1], 1) then return 0 end
local at, serials = places(b), {}
for i = 1, #ARGV[2], 8 do
  local p = at[num(ARGV[2], i)]
  if not p then return 0 end
  serials[p] = true
end
local parts = {}
for i = 1, #b.list, 24 do
  parts[#parts + 1] = sub(b.list, i, i + 15)
  parts[#parts + 1] = serials[i] and dbl(math.abs(num(b.list, i + 16))) or sub(b.list, i + 16, i + 23)
end
b.list = table.concat(parts)
local from, isNew = num(ARGV[1], 9), b.floor == math.huge
b.entries, b.n, b.low, b.floor = insert(b.entries, 16, ARGV[3], num(ARGV[1], 25), b.low, b.floor)
b.floor = isNew and math.max(from, b.low) or math.max(from, b.floor)
b.version, b.rev = num(ARGV[1], 17), b.rev + 1
save(KEYS[1], b)
return 1`,
);

/** ARGV: [a term, a version], authors. Answers the inbox's nonce and what it knew of those who were in it. */
export const uncoverInboxScript = defineScript(
  'uncover-inbox',
  `${inboxLua}
local b = load(KEYS[1])
if not b then return false end
local left = leave(b, setOf(ARGV[2]), num(ARGV[1], 1), num(ARGV[1], 9))
save(KEYS[1], b)
return dbl(b.nonce) .. left`,
);

/** ARGV: [author, a term, a version], the nonce of each. */
export const retireInboxesScript = defineScript(
  'retire-inboxes',
  `${inboxLua}
local gone = setOf(sub(ARGV[1], 1, 8))
for i = 1, #KEYS do
  local b = load(KEYS[i])
  if b and b.nonce == num(ARGV[2], 8 * i - 7) then
    leave(b, gone, num(ARGV[1], 9), num(ARGV[1], 17))
    save(KEYS[i], b)
  end
end`,
);

/** ARGV: [rev, epoch, a term, a version], authors whose audience is another one. 0 if it has changed since `rev`. */
export const verifyInboxScript = defineScript(
  'verify-inbox',
  `${inboxLua}
local b = load(KEYS[1])
if not b or b.rev ~= num(ARGV[1], 1) then return 0 end
if #ARGV[2] > 0 then leave(b, setOf(ARGV[2]), num(ARGV[1], 17), num(ARGV[1], 25)) end
b.epoch = num(ARGV[1], 9)
save(KEYS[1], b)
return 1`,
);

/** ARGV: [version, before, limit, ringMax]. Answers [epoch, floor, entries that ascend]; nothing of another version. */
export const readInboxScript = defineScript(
  'read-inbox',
  `${inboxLua}
local before, limit, max = num(ARGV[1], 9), num(ARGV[1], 17), num(ARGV[1], 25)
if before == math.huge then
  local s = redis.call('GETRANGE', KEYS[1], -(72 + 16 * limit), -1)
  if s == '' then return false end
  local b = parse(s)
  if b.version ~= num(ARGV[1], 1) then return false end
  local take = math.min(b.n, max, limit)
  local floor = floorOf(KEYS[1], 24 * b.authors, 16, b.n, max, b.floor)
  return dbl(b.epoch) .. dbl(floor) .. sub(s, #s - 71 - 16 * take, #s - 72)
end
local b = load(KEYS[1])
if not b or b.version ~= num(ARGV[1], 1) then return false end
local e, n, low, floor = cut(b.entries, 16, max, b.low, b.floor)
local last = place(e, 16, n, before) - 1
local first = math.max(1, last - limit + 1)
return dbl(b.epoch) .. dbl(floor) .. sub(e, 16 * first - 15, 16 * last)`,
);

/**
 * ARGV: ringMax, ringMax with slack, [key, author], the nonce of each. Answers how many took it, and the numbers of
 * those that are gone.
 */
export const deliverScript = defineScript(
  'deliver',
  `${inboxLua}
local max, full, entry, nonces = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local key, taken, gone, call = num(entry, 1), 0, {}, redis.call
for i = 1, #KEYS do
  local name = KEYS[i]
  local t = call('GETRANGE', name, -88, -1)
  if t == '' or sub(t, #t - 71, #t - 64) ~= sub(nonces, 8 * i - 7, 8 * i) then
    gone[#gone + 1] = dbl(i - 1)
  else
    local authors, n = unpack8('>dd', t, #t - 15)
    if n < full and (n == 0 or key > num(t, 1)) then
      call('SETRANGE', name, 24 * authors + 16 * n, entry .. sub(t, #t - 71, #t - 8) .. dbl(n + 1))
      taken = taken + 1
    elseif n == 0 or key ~= num(t, 1) then
      local b = load(name)
      local e = cut(b.entries, 16, max, b.low, b.floor)
      b.entries, b.n, b.low, b.floor = insert(b.entries, 16, entry, max, b.low, b.floor)
      if b.entries ~= e then taken = taken + 1 end
      save(name, b)
    end
  end
end
return dbl(taken) .. table.concat(gone)`,
);
