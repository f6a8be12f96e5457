-- put_profile: writes a player's profile, or takes it away, and who has which name.
--
-- KEYS 1 profiles hash · 2 names hash
-- ARGV 1 player · 2 time in ms · 3 '1': no two players may have names that look the same · 4 the profile, packed (nothing: it goes)
--   then what its name looks like, each way
-- A profile, as the hash holds it: I6 time it was written, ms, never less than 1 more than that of the one before · I2 length, face · B looks of its name, each
-- with I2 length in front · metadata, JSON text. It comes without the time. Where names may look the same, the first who has one is noted.
-- Returns {'ok', time}, or {'taken'}
server.register_function('leaderport_put_profile', function(keys, args)
  begin()
  local player, known = args[1], call('HGET', keys[1], args[1])
  if args[3] == '1' then
    for i = 5, #args do
      local owner = call('HGET', keys[2], args[i])
      if owner and owner ~= player then return { 'taken' } end
    end
  end
  local time = tonumber(args[2])
  if known then
    local before, face, count, at = unpack_struct('>I6I2c0B', known)
    time = math.max(time, before + 1)
    for _ = 1, count do
      local look
      look, at = unpack_struct('>I2c0', known, at)
      if call('HGET', keys[2], look) == player then call('HDEL', keys[2], look) end
    end
  end
  if args[4] == '' then
    call('HDEL', keys[1], player)
  else
    call('HSET', keys[1], player, pack('>I6', time) .. args[4])
    for i = 5, #args do call('HSETNX', keys[2], args[i], player) end
  end
  return { 'ok', integer(time) }
end)
