-- How a gateway does lately: sums that fade, so that what all processes saw adds up in any order.
-- KEYS[1] tally (hash); ARGV: sends, faults, seconds they took; how many seconds make a third of
-- what was; now in seconds ('' asks Redis).
-- Returns the three sums as they are now.
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1000000
end
local there = redis.call('HMGET', KEYS[1], 'sends', 'faults', 'seconds', 'at')
local fading = math.exp(-math.max(0, now - tonumber(there[4] or now)) / ARGV[4])
local sums = {}
for place = 1, 3 do
  sums[place] = string.format('%.6f', tonumber(there[place] or '0') * fading + ARGV[place])
end
redis.call('HSET', KEYS[1], 'sends', sums[1], 'faults', sums[2], 'seconds', sums[3],
  'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], 3600)
return sums
