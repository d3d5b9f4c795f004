-- Keeps what a caller asked for last, unless something newer is there.
-- KEYS[1]; ARGV: value, TTL in seconds. A value begins with 14 digits: when it was asked (ms), and how
-- far it is (waits, answered, dropped): they are compared as they stand.
local there = redis.call('GET', KEYS[1])
if not there or string.sub(there, 1, 14) <= string.sub(ARGV[1], 1, 14) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
return 1
