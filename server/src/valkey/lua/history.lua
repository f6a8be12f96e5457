-- history: a player's standings so far in the window `all`, with the version they belong to.
--
-- KEYS 1 board hash · 2 entry hash · 3 history hash · 4 hidden hash · 5 moderation hash
-- ARGV 1 rules · 2 player · 3 who is told: 'alone', 'operators' (see common)
-- Returns {version} for a player who has no entry, else {version, packed entry, then chunks of points}
server.register_function{
  function_name = 'leaderport_history',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules = parse_rules(args[1])
    local version = version_of(keys[1])
    local packed = call('HGET', keys[2], args[2]) or own_hidden(keys[4], keys[5], args[2], args[3])
    if not packed then return { version } end
    return { version, packed, unpack(points_of(rules, keys[3], args[2], parse_entry(rules, packed)[5])) }
  end
}
