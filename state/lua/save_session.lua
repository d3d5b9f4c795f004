-- Saves a session unless another turn was faster (compare-and-set).
-- KEYS[1] session; ARGV: expected turn and new value (each starts with a 4-byte turn), TTL in seconds.
-- Returns nil when saved, else the value that is there. Nothing there is no conflict: sessions may
-- be lost at any time, and the answer just thought is the newest one there is.
local stored = redis.call('GET', KEYS[1])
if stored and string.sub(stored, 1, 4) ~= ARGV[1] then
  return stored
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return nil
