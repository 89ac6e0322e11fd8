#!lua flags=allow-oom
local meta, people, due, traces, jobs, person = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[1]
for _, place in ipairs(redis.call('ZRANGE', jobs, 0, -1)) do
  redis.call('ZREM', due, string.sub(place, 1, 8) .. person .. '\0' .. string.sub(place, 9))
end
for i = 5, #KEYS do redis.call('UNLINK', KEYS[i]) end
redis.call('ZREM', people, person)
redis.call('HDEL', meta, 'head', 'records')
redis.call('HINCRBY', meta, 'generation', 1)
return redis.call('INCR', traces)
