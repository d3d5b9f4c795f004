-- Saves a session unless another turn was faster (compare-and-set).
-- KEYS: the session, then those that are told of: what is kept for a caller who is dropped, his last
-- answer, the stream of turns. ARGV: expected turn and new value (each starts with a 4-byte turn), TTL in
-- seconds; and in pairs, of which an empty one tells nothing:
-- 4, 5: what is kept for a redial ('' and a TTL takes it away) and its TTL.
-- 6, 7: the record of this turn, and how many may wait, about ('' looks after that another time). What is
-- only recorded costs no phone its turn: so pcall.
-- 8, 9: the last answer and its TTL. As in keep_answer.lua, something newer stays.
-- Returns nil when saved, else the value that is there. Nothing there is no conflict: sessions may
-- be lost at any time, and the answer just thought is the newest one there is.
local stored = redis.call('GET', KEYS[1])
if stored and string.sub(stored, 1, 4) ~= ARGV[1] then
  return stored
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
if ARGV[5] ~= '' then
  if ARGV[4] == '' then
    redis.call('DEL', KEYS[2])
  else
    redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[5])
  end
end
local last = #KEYS
if ARGV[6] ~= '' then
  last = last - 1
end
if ARGV[8] ~= '' then
  local there = redis.call('GET', KEYS[last])
  if not there or string.sub(there, 1, 14) <= string.sub(ARGV[8], 1, 14) then
    redis.call('SET', KEYS[last], ARGV[8], 'EX', ARGV[9])
  end
end
if ARGV[6] ~= '' then
  if ARGV[7] == '' then
    redis.pcall('XADD', KEYS[#KEYS], '*', 't', ARGV[6])
  else
    redis.pcall('XADD', KEYS[#KEYS], 'MAXLEN', '~', ARGV[7], '*', 't', ARGV[6])
  end
end
return nil
