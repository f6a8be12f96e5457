-- put_profile: writes a player's profile, or takes it away, and who has which name.
--
-- KEYS 1 profiles hash · 2 names hash · 3 locked hash: players whose name operators alone change
-- ARGV 1 player · 2 time in ms · 3 '1': no two players may have names that look the same · 4 '1': operators alone change the name from now on,
--   '0': the player does as well ('': as it was) · 5 when the profile was written that is known, in ms, '0' if there is none ('': whichever there is)
--   6 the profile, packed (nothing: it goes) · then what its name looks like, each way
-- A profile, as the hash holds it: I6 time it was written, ms, never less than 1 more than that of the one before · I2 length, face · B looks of its name, each
-- with I2 length in front · metadata, JSON text. It comes without the time. Where names may look the same, the first who has one is noted.
-- Returns {'ok', time}, {'taken'}, or {'other'}: it is another than is known
server.register_function('leaderport_put_profile', function(keys, args)
  begin()
  local player, known = args[1], call('HGET', keys[1], args[1])
  if args[5] ~= '' then
    local written = known and integer((unpack_struct('>I6', known))) or '0'
    if written ~= args[5] then return { 'other' } end
  end
  if args[3] == '1' then
    for i = 7, #args do
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
  if args[4] == '0' then call('HDEL', keys[3], player) end
  if args[6] == '' then
    call('HDEL', keys[1], player)
  else
    if args[4] == '1' then call('HSET', keys[3], player, '1') end
    call('HSET', keys[1], player, pack('>I6', time) .. args[6])
    for i = 7, #args do call('HSETNX', keys[2], args[i], player) end
  end
  return { 'ok', integer(time) }
end)
