-- players: the standings of some players, with the version they belong to.
--
-- KEYS 1 board hash · 2 rank zset · 3 entry hash · 4 steps zset · 5 faces hash · 6 hidden hash · 7 moderation hash
-- ARGV 1 rules · 2 who is told: 'others', 'alone', 'operators' (see common) · then the players
-- Returns {version, time of the last change in ms, total, then for each player nil, or
--   {index from 0, rank shown, packed entry, face, entries there are for the player, member ahead, sort key ahead, face of whoever that is},
--   the last three missing for the first of all}; a face is '' for who has no profile. Who is kept out of the standings, and may be told of,
--   has the place that they would have.
server.register_function{
  function_name = 'leaderport_players',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules = parse_rules(args[1])
    local version, updated = version_of(keys[1])
    local reply = { version, updated, call('ZCARD', keys[2]) }
    local packed = #args > 2 and call('HMGET', keys[3], unpack(args, 3)) or {}
    local faces = open_faces(keys[5], rules)
    local target = { rank = keys[2], steps = keys[4] }
    for i = 1, #args - 2 do
      local player, own, index, rank, total = args[i + 2], packed[i], nil, nil, reply[3]
      local hidden = not own and own_hidden(keys[6], keys[7], player, args[2])
      if own then
        local entry = parse_entry(rules, own)
        index = call('ZRANK', keys[2], entry[1] .. player)
        rank = shown_rank(rules, target, index, entry[2], entry[1])
      elseif hidden then
        local entry = parse_entry(rules, hidden)
        index, rank = would_stand(rules, target, player, entry[2], entry[1])
        total = total + 1
      end
      if index then
        local standing = { index, rank, own or hidden, face_of(faces, player), total }
        if index > 0 then
          local ahead = call('ZRANGE', keys[2], index - 1, index - 1, 'WITHSCORES')
          standing[6], standing[7] = ahead[1], ahead[2]
          standing[8] = faces and face_of(faces, string.sub(ahead[1], faces.at)) or ''
        end
        reply[i + 3] = standing
      else
        reply[i + 3] = false
      end
    end
    return reply
  end
}
