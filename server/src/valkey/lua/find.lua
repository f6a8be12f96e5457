-- find: some of the fields of a hash of a board, which are players.
--
-- KEYS 1 the hash
-- ARGV 1 cursor, '0' at first · then which, and what of them, as HSCAN says it
-- Returns {next cursor, '0' after the last, then what was found}
server.register_function{
  function_name = 'leaderport_find',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local found = call('HSCAN', keys[1], unpack(args))
    local reply = { found[1] }
    for i = 1, #found[2] do reply[i + 1] = found[2][i] end
    return reply
  end
}
