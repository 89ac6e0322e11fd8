#!lua
local meta, people, due = KEYS[1], KEYS[2], KEYS[3]
local generation, person, jobs = ARGV[1], ARGV[2], tonumber(ARGV[3])
local stands = redis.call('HMGET', meta, 'generation', 'records')
if (stands[1] or '0') ~= generation then return 0 end

-- No change touches another's record, so all can be judged before any is made.
local FIELDS = 6
local before = {}
for i = 4, #ARGV, FIELDS do
  local records, id, expected = KEYS[4 * ARGV[i]], ARGV[i + 1], ARGV[i + 2]
  local old = redis.call('HGET', records, id)
  local holds = expected == 'any' or (expected == 'none' and not old)
    or (old and string.sub(old, 9, 16) == expected)
  if not holds then return -((i - 4) / FIELDS + 1) end
  before[i] = old
end

local seq = redis.call('HINCRBY', meta, 'head', 1)
local count = tonumber(stands[2] or '0')
for i = 4, #ARGV, FIELDS do
  local kind, id, value = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 3]
  local records, blobs, times, seqs = KEYS[4 * kind], KEYS[4 * kind + 1], KEYS[4 * kind + 2], KEYS[4 * kind + 3]
  local old = before[i]
  local was, is = old and string.sub(old, 1, 8), value ~= '' and string.sub(value, 1, 8)
  if was ~= is then
    if was then
      redis.call('ZREM', times, was .. id)
      if kind == jobs then redis.call('ZREM', due, was .. person .. '\0' .. id) end
    end
    if is then
      redis.call('ZADD', times, 0, is .. id)
      if kind == jobs then redis.call('ZADD', due, 0, is .. person .. '\0' .. id) end
    end
  end
  if is then
    redis.call('HSET', records, id, value)
  elseif old then
    redis.call('HDEL', records, id)
  end
  if ARGV[i + 4] == '1' then
    redis.call('HSET', blobs, id, ARGV[i + 5])
  elseif old then
    redis.call('HDEL', blobs, id)
  end
  if kind ~= jobs and (is or old) then redis.call('ZADD', seqs, seq, id) end
  count = count + (is and 1 or 0) - (old and 1 or 0)
end
redis.call('HSET', meta, 'records', count)
if count == 0 then
  redis.call('ZREM', people, person)
elseif (stands[2] or '0') == '0' then
  redis.call('ZADD', people, 0, person)
end
return seq
