-- Whether a service must be asked, by whom, and what is known of the answer. One trip.
-- KEYS: [1] answer, [2] who asks, [3] faults in a row, [4] open breaker.
-- ARGV: [1] now in ms, [2] so old an answer is fresh (ms, -1: none is), [3] a name for who asks ('': nobody
-- waits for another), [4] so long (ms) others wait for him at most, [5] faults that open the breaker,
-- [6] so long (ms) one caller tries.
-- An answer begins with 13 digits: when it was given, in ms.
-- Returns the answer (or ''), and fresh, open, wait or go.
local answer = redis.call('GET', KEYS[1]) or ''
if answer ~= '' and tonumber(ARGV[1]) - tonumber(string.sub(answer, 1, 13)) <= tonumber(ARGV[2]) then
  return {answer, 'fresh'}
end
if redis.call('EXISTS', KEYS[4]) == 1 then
  return {answer, 'open'}
end
if ARGV[3] ~= '' then
  local asks = redis.call('GET', KEYS[2])
  if asks and string.sub(asks, 1, 1) ~= '!' then
    return {answer, 'wait'}
  end
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
end
if tonumber(redis.call('GET', KEYS[3]) or '0') >= tonumber(ARGV[5]) then
  redis.call('SET', KEYS[4], 'one tries', 'PX', ARGV[6])
end
return {answer, 'go'}
