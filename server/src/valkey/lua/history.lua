-- history: a player's standings so far in the window `all`, with the version they belong to.
--
-- KEYS 1 board hash · 2 entry hash · 3 history hash
-- ARGV 1 rules · 2 player
-- Returns {version} for a player who has no entry, else {version, packed entry, then chunks of points, oldest first}; a point is
-- I6 reached, ms · i7 sort key · I4 rank then · I3 attempts until then
server.register_function{
  function_name = 'leaderport_history',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules = parse_rules(args[1])
    local version = version_of(keys[1])
    local packed = call('HGET', keys[2], args[2])
    if not packed then return { version } end
    local reply = { version, packed }
    local moves = parse_entry(rules, packed)[5]
    for _, chunk in ipairs(call('HMGET', keys[3], unpack(history_fields(rules, args[2], moves)))) do
      if chunk then reply[#reply + 1] = chunk end
    end
    return reply
  end
}
