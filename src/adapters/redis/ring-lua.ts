/*
 * Heads and inboxes are strings: entries in ascending order, each a key and what else belongs to it, and at the end a
 * trailer of fixed length. One key each, so that it is there as a whole or not at all. The newest entries and the
 * trailer are read and written together from the end, so that taking a newer key costs two commands, whatever the
 * length. Entries beyond the newest `max` do not count any more, though they are cut off only from time to time.
 *
 * `low`: keys below were cut off or refused. `floor`: complete from here up. As in KeyRing of the timelines in memory.
 */
export const ringLua = `
local unpack8, pack8, sub = struct.unpack, struct.pack, string.sub
local function num(s, at) return (unpack8('>d', s, at)) end
local function dbl(n) return pack8('>d', n) end
-- The place of the first of n entries of w bytes whose key is at or above.
local function place(e, w, n, key)
  local from, to = 1, n + 1
  while from < to do
    local middle = math.floor((from + to) / 2)
    if num(e, (middle - 1) * w + 1) >= key then to = middle else from = middle + 1 end
  end
  return from
end
local function cut(e, w, max, low, floor)
  local n = #e / w
  if n > max then
    low = num(e, (n - max - 1) * w + 1) + 1
    e = sub(e, (n - max) * w + 1)
    n = max
  end
  return e, n, low, math.max(floor, low)
end
-- Takes entries that ascend and are each new among themselves.
local function insert(e, w, add, max, low, floor)
  local n
  e, n, low, floor = cut(e, w, max, low, floor)
  local parts, at = {}, 1
  for i = 1, #add, w do
    local key = num(add, i)
    if key >= low then
      local p = place(e, w, n, key)
      if p > n or num(e, (p - 1) * w + 1) ~= key then
        parts[#parts + 1] = sub(e, (at - 1) * w + 1, (p - 1) * w)
        parts[#parts + 1] = sub(add, i, i + w - 1)
        at = p
      end
    end
  end
  parts[#parts + 1] = sub(e, (at - 1) * w + 1)
  return cut(table.concat(parts), w, max, low, floor)
end
-- The floor as it counts, read without the entries; they begin at byte \`base\`.
local function floorOf(name, base, w, n, max, floor)
  if n <= max then return floor end
  local at = base + (n - max - 1) * w
  return math.max(floor, num(redis.call('GETRANGE', name, at, at + 7), 1) + 1)
end
`;

/** Cut off when so many more than allowed are there: then it costs little per key. */
export const slackOf = (ringMax: number): number => Math.max(1, ringMax >> 2);
