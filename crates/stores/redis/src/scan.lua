#!lua flags=no-writes
local records, blobs, times = KEYS[1], KEYS[2], KEYS[3]
local from, to, order, most, with_blobs = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local places
if order == 'REV' then
  places = redis.call('ZRANGE', times, to, from, 'BYLEX', 'REV', 'LIMIT', 0, most)
else
  places = redis.call('ZRANGE', times, from, to, 'BYLEX', 'LIMIT', 0, most)
end
if #places == 0 then return { {}, {}, {} } end
local ids = {}
for i, place in ipairs(places) do ids[i] = string.sub(place, 9) end
local found = with_blobs and redis.call('HMGET', blobs, unpack(ids)) or {}
return { ids, redis.call('HMGET', records, unpack(ids)), found }
