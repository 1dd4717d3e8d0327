import { ringLua } from './ring-lua.ts';
import { defineScript } from './script.ts';

/* A head: keys of 8 bytes each, then term, low, floor, count. */
const headLua = `${ringLua}
local function save(name, term, e, n, low, floor, ttl)
  redis.call('SET', name, e .. term .. dbl(low) .. dbl(floor) .. dbl(n), 'PX', ttl)
end
`;

/** ARGV: ttl, [ringMax, a term for each]. Answers [term, floor] for each. */
export const openHeadsScript = defineScript(
  'open-heads',
  `${headLua}
local answers, max = {}, num(ARGV[2], 1)
for i = 1, #KEYS do
  local t = redis.call('GETRANGE', KEYS[i], -32, -1)
  if t == '' then
    local term = sub(ARGV[2], 8 * i + 1, 8 * i + 8)
    save(KEYS[i], term, '', 0, 0, math.huge, ARGV[1])
    answers[i] = term .. dbl(math.huge)
  else
    redis.call('PEXPIRE', KEYS[i], ARGV[1])
    answers[i] = sub(t, 1, 8) .. dbl(floorOf(KEYS[i], 0, 8, num(t, 25), max, num(t, 17)))
  end
end
return table.concat(answers)`,
);

/** ARGV: ttl, ringMax, for each head [term, from, below, keys that ascend]. */
export const fillHeadsScript = defineScript(
  'fill-heads',
  `${headLua}
local max = tonumber(ARGV[2])
for i = 1, #KEYS do
  local v, fill = redis.call('GET', KEYS[i]), ARGV[i + 2]
  if v and sub(v, #v - 31, #v - 24) == sub(fill, 1, 8) then
    local low, floor = num(v, #v - 23), num(v, #v - 15)
    local e, n
    e, n, low, floor = cut(sub(v, 1, #v - 32), 8, max, low, floor)
    if num(fill, 17) >= floor then
      e, n, low, floor = insert(e, 8, sub(fill, 25), max, low, floor)
      local from = num(fill, 9)
      if from < floor then floor = math.max(from, low) end
      save(KEYS[i], sub(fill, 1, 8), e, n, low, floor, ARGV[1])
    end
  end
end`,
);

/** ARGV: ttl, ringMax, ringMax with slack, a key for each. */
export const pushHeadsScript = defineScript(
  'push-heads',
  `${headLua}
local max, full = tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 1, #KEYS do
  local t = redis.call('GETRANGE', KEYS[i], -40, -1)
  if t ~= '' then
    local n, key = num(t, #t - 7), num(ARGV[4], 8 * i - 7)
    if n < full and (n == 0 or key > num(t, 1)) then
      redis.call('SETRANGE', KEYS[i], 8 * n, dbl(key) .. sub(t, #t - 31, #t - 8) .. dbl(n + 1))
      redis.call('PEXPIRE', KEYS[i], ARGV[1])
    else
      local v = redis.call('GET', KEYS[i])
      local low, floor = num(v, #v - 23), num(v, #v - 15)
      local e
      e, n, low, floor = insert(sub(v, 1, #v - 32), 8, dbl(key), max, low, floor)
      save(KEYS[i], sub(v, #v - 31, #v - 24), e, n, low, floor, ARGV[1])
    end
  end
end`,
);

/**
 * ARGV: [ringMax, limit, before (one for all, or one for each)]. Answers for each [floor, how many more there are,
 * keys that ascend], nothing where there is no head.
 */
export const readHeadsScript = defineScript(
  'read-heads',
  `${headLua}
local answers, max, limit = {}, num(ARGV[1], 1), num(ARGV[1], 9)
local before, own = num(ARGV[1], 17), #ARGV[1] > 24
for i = 1, #KEYS do
  if own then before = num(ARGV[1], 8 * i + 9) end
  if before == math.huge then
    local s = redis.call('GETRANGE', KEYS[i], -(32 + 8 * limit), -1)
    if s == '' then
      answers[i] = ''
    else
      local n = num(s, #s - 7)
      local counting = math.min(n, max)
      local take = math.min(counting, limit)
      local floor = floorOf(KEYS[i], 0, 8, n, max, num(s, #s - 15))
      answers[i] = dbl(floor) .. dbl(counting - take) .. sub(s, #s - 31 - 8 * take, #s - 32)
    end
  else
    local v = redis.call('GET', KEYS[i])
    if not v then
      answers[i] = ''
    else
      local e, n, low, floor = cut(sub(v, 1, #v - 32), 8, max, num(v, #v - 23), num(v, #v - 15))
      local last = place(e, 8, n, before) - 1
      local first = math.max(1, last - limit + 1)
      answers[i] = dbl(floor) .. dbl(first - 1) .. sub(e, 8 * first - 7, 8 * last)
    end
  end
end
return answers`,
);
