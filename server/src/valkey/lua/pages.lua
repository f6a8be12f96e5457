-- pages: stretches of rows of some periods in rank order, all of one version.
--
-- KEYS 1 board hash · 2 faces hash · then for each period its rank zset and its steps zset
-- ARGV 1 rules · 2 their revision · then for each stretch: number of its period, from 1 · index of its first row, from 0 · rows
-- Returns {'none'}: no such board, {'rules'}: they are others by now, or
--   {'ok', version, time of the last change in ms, then for each stretch {entries in the period, then three numbers, faces and the rows as
--    rows has them: member, sort key, member, …}}
server.register_function{
  function_name = 'leaderport_pages',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
    if not board[3] then return { 'none' } end
    if board[3] ~= args[2] then return { 'rules' } end
    local rules = parse_rules(args[1])
    local faces = open_faces(keys[2], rules)
    local reply = { 'ok', board[1] or '0', board[2] or '0' }
    for at = 3, #args, 3 do
      local period = 1 + 2 * tonumber(args[at])
      local rows, better, at_least, dense = ranked_rows(rules, keys[period], keys[period + 1], tonumber(args[at + 1]), tonumber(args[at + 2]))
      local stretch = { call('ZCARD', keys[period]), better, at_least, dense, pack_faces(faces, players_in(rules, rows)) }
      for i = 1, #rows do stretch[i + 5] = rows[i] end
      reply[#reply + 1] = stretch
    end
    return reply
  end
}
