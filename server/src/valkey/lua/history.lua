-- Adds to a reply what a player's entry is and was before that: how many parts follow, the packed entry, then chunks of points, oldest first;
-- 0 for a player who has no entry.
local function add_history(reply, rules, entries, history, hidden, moderation, player, told)
  local at = #reply + 1
  reply[at] = 0
  local packed = call('HGET', entries, player) or own_hidden(hidden, moderation, player, told)
  if not packed then return end
  local moves = parse_entry(rules, packed)[5]
  local chunks = call('HMGET', history, unpack(history_fields(rules.history, player, moves)))
  -- From the newest back to the first gap: the rules may have kept less for a while.
  local last, first = math.floor(moves / POINTS_IN_CHUNK), #chunks + 1
  for i = #chunks, 1, -1 do
    local places = math.min(POINTS_IN_CHUNK, moves - 1 - (last - #chunks + i) * POINTS_IN_CHUNK)
    if places > 0 then
      if not chunks[i] then break end
      first = i
      if #chunks[i] < places * POINT_BYTES then break end
    end
  end
  reply[at + 1] = packed
  for i = first, #chunks do
    if chunks[i] then reply[#reply + 1] = chunks[i] end
  end
  reply[at] = #reply - at
end

-- history: players' standings so far in the window `all`, with the version they belong to.
--
-- KEYS 1 board hash · 2 entry hash · 3 history hash · 4 hidden hash · 5 moderation hash
-- ARGV 1 rules · 2 who is told: 'alone', 'operators' (see common) · then the players
-- Returns version, then for each player how many parts follow (0: no entry), the packed entry, then chunks of points, oldest first; a point is
-- I6 reached, ms · i7 sort key · I4 rank then · I3 attempts until then
server.register_function{
  function_name = 'leaderport_history',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules, version = parse_rules(args[1]), version_of(keys[1])
    local reply = { version }
    for i = 3, #args do add_history(reply, rules, keys[2], keys[3], keys[4], keys[5], args[i], args[2]) end
    return reply
  end
}
