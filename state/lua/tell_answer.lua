-- What came of asking a service. KEYS as in ask_service.lua.
-- ARGV: [1] who asked, [2] the answer ('': none is kept), [3] so long (ms) it is kept, [4] what happened
-- instead, for those who wait ('': it was answered), [5] 1: the service's fault, 0: not, '': nobody's,
-- [6] faults that open the breaker, [7] so long (ms) it is open, [8] so long (ms) faults count.
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
if ARGV[1] ~= '' and redis.call('GET', KEYS[2]) == ARGV[1] then
  if ARGV[4] ~= '' then
    redis.call('SET', KEYS[2], '!' .. ARGV[4], 'PX', 1000)
  else
    redis.call('DEL', KEYS[2])
  end
end
if ARGV[5] == '1' then
  local faults = redis.call('INCR', KEYS[3])
  redis.call('PEXPIRE', KEYS[3], ARGV[8])
  if faults >= tonumber(ARGV[6]) then
    redis.call('SET', KEYS[4], 'open', 'PX', ARGV[7])
  end
elseif ARGV[5] == '0' then
  redis.call('DEL', KEYS[3], KEYS[4])
end
return 1
