//! What happens on the server in one step.
//!
//! They begin with `#!lua`: then a server whose memory is full refuses the whole script before it has begun. Leases are
//! small, and to give one up needs room, too: they are taken all the same.

use redis::Script;
use std::sync::LazyLock;

/// Puts a name into the partition's index, where `clear` finds it, and takes out those that have ended.
const NOTE: &str = "
local function note(index, name, milliseconds)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now - 1)
  redis.call('ZADD', index, now + milliseconds, name)
  if redis.call('PTTL', index) < tonumber(milliseconds) then
    redis.call('PEXPIRE', index, milliseconds)
  end
end
";

/// Sets a value. KEYS: value, index. ARGV: value, milliseconds, name.
pub(crate) static SET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(&format!(
        "#!lua
{NOTE}
note(KEYS[2], ARGV[3], ARGV[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])"
    ))
});

/// Adds to a counter. KEYS: counter, index. ARGV: by, milliseconds, name.
pub(crate) static INCREMENT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(&format!(
        "#!lua
{NOTE}
if redis.call('SET', KEYS[1], '0', 'NX', 'PX', ARGV[2]) then
  note(KEYS[2], ARGV[3], ARGV[2])
end
local counted = redis.pcall('INCRBY', KEYS[1], ARGV[1])
if type(counted) == 'table' and counted.err then
  if not string.find(counted.err, 'overflow') then return counted end
  redis.call('SET', KEYS[1], '9223372036854775807', 'KEEPTTL')
end
-- As text: a number of Lua is exact to 2^53 only.
return redis.call('GET', KEYS[1])"
    ))
});

/// Takes, renews or gives up a lease. KEYS: lease, last token. ARGV: owner, milliseconds.
pub(crate) static LEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "#!lua flags=allow-oom
local owner, length = ARGV[1], tonumber(ARGV[2])
local held = redis.call('GET', KEYS[1])
local token
if held then
  local holder
  token, holder = string.match(held, '^(%d+) (.*)$')
  if holder ~= owner then return false end
end
if length == 0 then
  redis.call('DEL', KEYS[1])
  return false
end
if not token then
  local time = redis.call('TIME')
  local number = time[1] * 1000000 + time[2]
  local last = tonumber(redis.call('GET', KEYS[2]) or '0')
  token = string.format('%.0f', math.max(number, last + 1))
end
redis.call('SET', KEYS[2], token, 'PX', length + 86400000)
redis.call('SET', KEYS[1], token .. ' ' .. owner, 'PX', length)
return token",
    )
});
