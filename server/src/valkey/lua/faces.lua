-- put_faces: what rows of a board show of players, from their profiles. A profile that is older than what is there changes nothing.
--
-- KEYS 1 board hash · 2 log · 3 live channel · 4 faces hash · then the entry hashes and the hidden hashes of some periods
-- ARGV 1 time in ms, then for each player who has an entry there, or has a face already (others are left out): the player · I6 time of the profile, ms, then the face (nothing: they have no profile)
-- The log's record: 'P' · I6 version; it keeps nothing of the player.
-- Returns the board's version, or 0 if there is no such board
server.register_function('leaderport_put_faces', function(keys, args)
  begin()
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
  if not board[3] then return 0 end
  local version, changed = tonumber(board[1] or 0), false
  local function has_entry(player)
    for i = 5, #keys do
      if call('HEXISTS', keys[i], player) == 1 then return true end
    end
  end
  for i = 2, #args, 2 do
    local player, face = args[i], args[i + 1]
    local known = call('HGET', keys[4], player)
    if known then
      if unpack_struct('>I6', known) <= unpack_struct('>I6', face) and known ~= face then
        changed = changed or string.sub(known, 7) ~= string.sub(face, 7)
        if #face > 6 then call('HSET', keys[4], player, face) else call('HDEL', keys[4], player) end
      end
    elseif #face > 6 and has_entry(player) then
      call('HSET', keys[4], player, face)
      changed = true
    end
  end
  if changed then
    version = version + 1
    commit({ board = keys[1], log = keys[2], live = keys[3] }, nil, version, tonumber(args[1]), tonumber(board[2] or 0), '', 'P' .. pack('>I6', version))
  end
  return version
end)

-- erase: a player goes from the periods of a board, open, closed and set aside, and from the histories of these. Nobody can undo it.
--
-- KEYS 1 board hash · 2 log · 3 live channel · 4 periods hash, 5 moderation hash, then for each period its 5 keys and its history hash; the window `all` first
-- Operators' verdict on the player stays.
-- ARGV 1 time in ms · 2 rules · 3 player · then the periods' labels
-- The log's record is that of put_faces.
-- Returns the number of entries that went, or -1 if a period has come meanwhile
server.register_function('leaderport_erase', function(keys, args)
  begin()
  local rules, player, removed = parse_rules(args[2]), args[3], 0
  if call('HLEN', keys[4]) ~= #args - 4 then return -1 end
  for number = 4, #args do
    local at = 6 + (number - 4) * 6
    local target = { rank = keys[at], entry = keys[at + 1], steps = keys[at + 2], counts = keys[at + 3], hidden = keys[at + 4], is_all = true }
    local shown = call('HEXISTS', target.entry, player)
    removed = removed + remove_entries(rules, { history = keys[at + 5], verdicts = keys[5] }, target, { player }, {}, 1)
    count_in_closed(keys[4], args[number], -shown)
  end
  if removed > 0 then
    local board = call('HMGET', keys[1], 'version', 'updated')
    local version = tonumber(board[1] or 0) + 1
    commit({ board = keys[1], log = keys[2], live = keys[3] }, rules, version, tonumber(args[1]), tonumber(board[2] or 0), '',
      'P' .. pack('>I6', version))
  end
  return removed
end)
