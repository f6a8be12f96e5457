-- create_board: writes the rules of a new board.
--
-- KEYS 1 board hash
-- ARGV 1 rules as JSON · 2 revision · 3 time in ms · 4 its first version: what is copied to it keeps the versions that it has
-- Returns 1, or 0 if there is such a board.
server.register_function('leaderport_create_board', function(keys, args)
  begin()
  if call('HEXISTS', keys[1], 'revision') == 1 then return 0 end
  call('HSET', keys[1], 'rules', args[1], 'revision', args[2], 'created', args[3], 'version', args[4], 'updated', args[3])
  return 1
end)

-- edit_board: writes other rules.
--
-- KEYS 1 board hash · 2 log · 3 live channel · 4 periods hash · 5 the board hash that everybody sees and 6 its live channel, the same as 1 and 3 unless
--   the board is frozen · for rules that fit only a board without entries further the rank zsets and hidden hashes that must be empty, then
--   every key of the periods
-- ARGV 1 rules as JSON · 2 their revision · 3 the revision they were made from · 4 time in ms · 5 rules
--   for rules that fit only a board without entries: 6 number of those · 7 number of periods that the keys are for
-- What an emptied board still has of periods, what resets set aside, and its log goes with rules that it does not fit.
-- The log's record: 'E' · I6 version · I4 length, the rules · I4 length, the rules before.
-- Returns {'ok'}, {'rules'}, {'none'}, {'entries'}: there are entries, {'again'}: a period has come meanwhile
server.register_function('leaderport_edit_board', function(keys, args)
  begin()
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
  if not board[3] then return { 'none' } end
  -- A replayed call finds its own revision.
  if board[3] == args[2] then return { 'ok' } end
  if board[3] ~= args[3] then return { 'rules' } end
  if args[6] then
    -- What everybody sees of a frozen board has entries, or had some.
    if keys[5] ~= keys[1] then return { 'entries' } end
    if call('HLEN', keys[4]) ~= tonumber(args[7]) then return { 'again' } end
    for i = 7, 6 + tonumber(args[6]) do
      if call('EXISTS', keys[i]) == 1 then return { 'entries' } end
    end
    for i = 7 + tonumber(args[6]), #keys do call('UNLINK', keys[i]) end
    call('DEL', keys[4])
    call('XTRIM', keys[2], 'MAXLEN', 0)
  end
  local before = call('HGET', keys[1], 'rules')
  call('HSET', keys[1], 'rules', args[1], 'revision', args[2])
  local version = tonumber(board[1] or 0) + 1
  commit({ board = keys[1], log = keys[2], live = keys[3] }, parse_rules(args[5]), version, tonumber(args[4]), tonumber(board[2] or 0), '',
    'E' .. pack('>I6I4c0I4c0', version, #args[1], args[1], #before, before))
  if keys[5] ~= keys[1] then
    call('HSET', keys[5], 'rules', args[1], 'revision', args[2])
    local shown, updated = version_of(keys[5])
    commit({ board = keys[5], live = keys[6] }, nil, shown + 1, updated, updated, '', '')
  end
  return { 'ok' }
end)

-- delete_board: everything of a board goes.
--
-- KEYS 1 periods hash · 2 periods hash of what is behind it while it is frozen · 3 board hash · 4 live channel · then every other key of the board
-- ARGV 1 number of periods that the keys are for · 2 number of those behind
-- Returns 1, or 0 if a period has come meanwhile: the keys must be listed again.
server.register_function('leaderport_delete_board', function(keys, args)
  begin()
  if call('HLEN', keys[1]) ~= tonumber(args[1]) or call('HLEN', keys[2]) ~= tonumber(args[2]) then return 0 end
  local all = { keys[1], keys[2], keys[3] }
  for i = 5, #keys do all[#all + 1] = keys[i] end
  for first = 1, #all, 4000 do call('UNLINK', unpack(all, first, math.min(first + 3999, #all))) end
  call('SPUBLISH', keys[4], 'gone')
  return 1
end)
