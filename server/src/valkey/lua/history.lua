-- history: a player's standings so far in the window `all`, with the version they belong to.
--
-- KEYS 1 board hash · 2 entry hash · 3 history hash · 4 hidden hash · 5 moderation hash
-- ARGV 1 rules · 2 player · 3 who is told: 'alone', 'operators' (see common)
-- Returns {version} for a player who has no entry, else {version, packed entry, then chunks of points, oldest first}; a point is
-- I6 reached, ms · i7 sort key · I4 rank then · I3 attempts until then
server.register_function{
  function_name = 'leaderport_history',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules = parse_rules(args[1])
    local version = version_of(keys[1])
    local packed = call('HGET', keys[2], args[2]) or own_hidden(keys[4], keys[5], args[2], args[3])
    if not packed then return { version } end
    local moves = parse_entry(rules, packed)[5]
    local chunks = call('HMGET', keys[3], unpack(history_fields(rules.history, args[2], moves)))
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
    local reply = { version, packed }
    for i = first, #chunks do
      if chunks[i] then reply[#reply + 1] = chunks[i] end
    end
    return reply
  end
}
