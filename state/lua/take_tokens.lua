-- A token bucket as one number: the moment, in microseconds, at which it is full again.
-- KEYS[1] bucket; ARGV: tokens a second, burst, wanted (below 0: given back), seconds to hold,
-- now in microseconds ('' asks Redis: no clock of a host decides).
-- Returns tokens granted, and microseconds until the next one ('0' where all were granted).
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local gap, burst, wanted = 1000000 / ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local hold = tonumber(ARGV[4])
if hold > 0 then
  -- The first token comes when the hold is over, and no burst with it.
  full_at = math.max(full_at, now + hold * 1000000 + (burst - 1) * gap)
end
local granted = math.min(wanted, math.max(0, math.floor(burst - (full_at - now) / gap + 0.001)))
full_at = full_at + granted * gap
if full_at <= now then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000) + 1000)
end
local wait = 0
if granted < wanted then
  wait = math.max(0, full_at - now - (burst - 1) * gap)
end
return {granted, string.format('%.0f', wait)}
