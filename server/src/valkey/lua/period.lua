-- close_period: closes a period, once. Several servers may try: the first does it.
--
-- KEYS 1 board hash · 2 log · 3 periods hash · 4 live channel · 5 rank zset
-- ARGV 1 time in ms · 2 revision of the rules · 3 rules · 4 label · 5 when it is no longer kept, in ms
-- The log's record: 'C' · I6 version; its one label is the period's.
-- A period's state: "open <start> <end> <close> <expires>", then "closed <start> <end> <close> <expires> <total> <version> <closed at>".
-- Returns {'closed'} when this call did it, {'no'} when there was nothing to do (any more, or yet), {'rules'}, {'none'}
server.register_function('leaderport_close_period', function(keys, args)
  begin()
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
  if not board[3] then return { 'none' } end
  if board[3] ~= args[2] then return { 'rules' } end
  local start, finish, close = string.match(call('HGET', keys[3], args[4]) or '', '^open (%d+) (%d+) (%d+)')
  local now = tonumber(args[1])
  if not start or tonumber(close) > now then return { 'no' } end
  local version = tonumber(board[1] or 0) + 1
  local state = { 'closed', start, finish, close, args[5], call('ZCARD', keys[5]), integer(version), args[1] }
  call('HSET', keys[3], args[4], table.concat(state, ' '))
  commit({ board = keys[1], log = keys[2], live = keys[4] }, parse_rules(args[3]), version, now, tonumber(board[2] or 0),
    pack('>Bc0', #args[4], args[4]), 'C' .. pack('>I6', version))
  return { 'closed' }
end)

-- forget_period: drops a period that is no longer kept, or one of a window that the board no longer has.
--
-- KEYS 1 periods hash · then the period's keys
-- ARGV 1 label · 2 time in ms, or '' to drop it whatever its state
-- Returns 1 if it is gone now, 0 if it is still kept.
server.register_function('leaderport_forget_period', function(keys, args)
  begin()
  if args[2] ~= '' then
    local kind, expires = string.match(call('HGET', keys[1], args[1]) or '', '^(%a+) %d+ %d+ %d+ (%d+)')
    if not kind or kind == 'open' or tonumber(expires) > tonumber(args[2]) then return 0 end
  end
  call('HDEL', keys[1], args[1])
  call('UNLINK', unpack(keys, 2))
  return 1
end)

-- periods: the periods that are known, with the version.
--
-- KEYS 1 board hash · 2 periods hash
-- Returns {version, label, state, label, state, …}
server.register_function{
  function_name = 'leaderport_periods',
  flags = { 'no-writes' },
  callback = function(keys)
    begin()
    local reply = { (version_of(keys[1])) }
    for _, text in ipairs(call('HGETALL', keys[2])) do reply[#reply + 1] = text end
    return reply
  end
}
