-- find: players whose id matches a pattern, among some of those who have an entry.
--
-- KEYS 1 entry hash
-- ARGV 1 cursor, '0' at first · 2 glob pattern · 3 about how many entries to look at
-- Returns {next cursor, '0' after the last, then the players}
server.register_function{
  function_name = 'leaderport_find',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local found = call('HSCAN', keys[1], args[1], 'MATCH', args[2], 'COUNT', args[3], 'NOVALUES')
    local reply = { found[1] }
    for i = 1, #found[2] do reply[i + 1] = found[2][i] end
    return reply
  end
}

-- find_names: what rows of a board show of some of its players.
--
-- KEYS 1 faces hash
-- ARGV 1 cursor, '0' at first · 2 about how many to look at
-- Returns {next cursor, '0' after the last, then for each player: player, face (see common)}
server.register_function{
  function_name = 'leaderport_find_names',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local found = call('HSCAN', keys[1], args[1], 'COUNT', args[2])
    local reply = { found[1] }
    for i = 1, #found[2] do reply[i + 1] = found[2][i] end
    return reply
  end
}
