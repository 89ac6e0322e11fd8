#!lua flags=no-writes
local meta, records, seqs = KEYS[1], KEYS[2], KEYS[3]
local stands = redis.call('HMGET', meta, 'generation', 'head')
local found = redis.call('ZRANGE', seqs, '(' .. ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
local ids, commits, there = {}, {}, {}
for i = 1, #found, 2 do
  ids[#ids + 1] = found[i]
  commits[#commits + 1] = tonumber(found[i + 1])
  there[#there + 1] = redis.call('HEXISTS', records, found[i])
end
return { tonumber(stands[1] or '0'), tonumber(stands[2] or '0'), ids, commits, there }
