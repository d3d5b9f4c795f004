-- The group that drains the stream of turns, made where there is none yet.
-- KEYS[1] stream; ARGV[1] the name of a new group: it tells this stream from one that was lost.
-- Returns its name. It goes when the stream goes, so that no name outlives the ids that it is for.
local there = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if not there.err and there[1] then
  for place = 1, #there[1], 2 do
    if there[1][place] == 'name' then
      return there[1][place + 1]
    end
  end
end
redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
return ARGV[1]
