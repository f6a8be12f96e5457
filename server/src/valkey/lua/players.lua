-- players: the standings of some players, with the version they belong to.
--
-- KEYS 1 board hash · 2 rank zset · 3 entry hash · 4 steps zset · 5 faces hash
-- ARGV 1 rules · then the players
-- Returns {version, time of the last change in ms, total, then for each player nil, or
--   {index from 0, rank shown, packed entry, face, member ahead, sort key ahead, face of whoever that is}, the last three missing for the
--   first of all}; a face is '' for who has no profile
server.register_function{
  function_name = 'leaderport_players',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules = parse_rules(args[1])
    local version, updated = version_of(keys[1])
    local reply = { version, updated, call('ZCARD', keys[2]) }
    local packed = #args > 1 and call('HMGET', keys[3], unpack(args, 2)) or {}
    local faces = open_faces(keys[5], rules)
    local target = { rank = keys[2], steps = keys[4] }
    for i = 1, #args - 1 do
      if packed[i] then
        local entry = parse_entry(rules, packed[i])
        local index = call('ZRANK', keys[2], entry[1] .. args[i + 1])
        local standing = { index, shown_rank(rules, target, index, entry[2], entry[1]), packed[i], face_of(faces, args[i + 1]) }
        if index > 0 then
          local ahead = call('ZRANGE', keys[2], index - 1, index - 1, 'WITHSCORES')
          standing[5], standing[6] = ahead[1], ahead[2]
          standing[7] = faces and face_of(faces, string.sub(ahead[1], faces.at)) or ''
        end
        reply[i + 3] = standing
      else
        reply[i + 3] = false
      end
    end
    return reply
  end
}
