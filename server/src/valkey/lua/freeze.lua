-- freeze: from here on all that happens goes on behind the board, and what everybody sees stays as it is.
--
-- KEYS 1 board hash · 2 log · 3 live channel · 4 periods hash, then pairs: what everybody sees, and where it goes on, of all keys that
--   go on, the board hash and the periods hash among them
-- ARGV 1 time in ms · 2 revision of the rules · 3 rules · 4 their revision afterwards: whoever writes by the one before is declined
--   · 5 number of periods that the keys are for
-- The log's record: 'F' · I6 version · B 1 frozen, 0 not any more.
-- Returns {'ok'}, {'none'}, {'rules'}, {'again'}: a period has come meanwhile
server.register_function('leaderport_freeze', function(keys, args)
  begin()
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision', 'frozen')
  if not board[3] then return { 'none' } end
  if board[3] == args[4] or board[4] then return { 'ok' } end
  if board[3] ~= args[2] then return { 'rules' } end
  if call('HLEN', keys[4]) ~= tonumber(args[5]) then return { 'again' } end
  local version = tonumber(board[1] or 0) + 1
  call('HSET', keys[1], 'revision', args[4])
  commit({ board = keys[1], log = keys[2], live = keys[3] }, parse_rules(args[3]), version, tonumber(args[1]), tonumber(board[2] or 0), '',
    'F' .. pack('>I6B', version, 1))
  for i = 5, #keys, 2 do
    if call('EXISTS', keys[i]) == 1 then call('COPY', keys[i], keys[i + 1], 'REPLACE') else call('UNLINK', keys[i + 1]) end
  end
  -- Only what everybody sees is frozen.
  call('HSET', keys[1], 'frozen', args[1])
  return { 'ok' }
end)

-- unfreeze: what went on behind a board is what everybody sees.
--
-- KEYS 1 board hash · 2 log · 3 live channel · 4 periods hash · 5 board hash and 6 periods hash of what is behind, then pairs as freeze
-- ARGV 1 to 4 as freeze · 5 number of periods that everybody sees · 6 number of those behind
-- The log's record is that of freeze.
-- Returns as freeze
server.register_function('leaderport_unfreeze', function(keys, args)
  begin()
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision', 'frozen')
  if not board[3] then return { 'none' } end
  if board[3] == args[4] or not board[4] then return { 'ok' } end
  if board[3] ~= args[2] then return { 'rules' } end
  if call('HLEN', keys[4]) ~= tonumber(args[5]) or call('HLEN', keys[6]) ~= tonumber(args[6]) then return { 'again' } end
  local behind, updated = version_of(keys[5])
  -- What everybody sees may have moved more often: whoever had to be taken out of it was not behind it any more.
  local version = math.max(behind, tonumber(board[1] or 0)) + 1
  for i = 7, #keys, 2 do
    if call('EXISTS', keys[i + 1]) == 1 then call('RENAME', keys[i + 1], keys[i]) else call('UNLINK', keys[i]) end
  end
  call('HSET', keys[1], 'revision', args[4])
  commit({ board = keys[1], log = keys[2], live = keys[3] }, parse_rules(args[3]), version, tonumber(args[1]), updated, '',
    'F' .. pack('>I6B', version, 0))
  return { 'ok' }
end)
