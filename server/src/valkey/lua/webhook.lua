-- Webhooks. One is a hash: setup and secrets (JSON), cursor (the version up to which the log was read for it), top (JSON: the first entries as it knows
-- them), turn (counts its looks at the board), failing (since when nothing arrives, in ms), off (why it was switched off), created and updated (ms).
-- Its deliveries: the zset list has their ids by when they were made, the zset due those that are to be sent by when, and the hash deliveries
-- for each id the message (JSON) and, under id + '+', how it goes (JSON).

-- webhook_create: writes a new webhook.
--
-- KEYS 1 board hash · 2 zset of the board's webhooks · 3 webhook
-- ARGV 1 id · 2 time in ms · 3 the most that a board has, then its fields: name, value, …
-- Returns 'ok', 'none': there is no such board, 'full'
server.register_function('leaderport_webhook_create', function(keys, args)
  begin()
  if call('HEXISTS', keys[1], 'revision') == 0 then return { 'none' } end
  if call('ZCARD', keys[2]) >= tonumber(args[3]) then return { 'full' } end
  call('ZADD', keys[2], args[2], args[1])
  call('HSET', keys[3], unpack(args, 4))
  return { 'ok' }
end)

-- webhook_edit: writes some of its fields.
--
-- KEYS 1 webhook
-- ARGV name, value, …: an empty value takes the field away
-- Returns 1, or 0: there is no such one.
server.register_function('leaderport_webhook_edit', function(keys, args)
  begin()
  if call('EXISTS', keys[1]) == 0 then return { 0 } end
  for i = 1, #args, 2 do
    if args[i + 1] == '' then call('HDEL', keys[1], args[i]) else call('HSET', keys[1], args[i], args[i + 1]) end
  end
  return { 1 }
end)

-- webhook_delete: everything of a webhook goes.
--
-- KEYS 1 zset of the board's webhooks · then the webhook's
-- ARGV 1 id
-- Returns 1, or 0: there was no such one.
server.register_function('leaderport_webhook_delete', function(keys, args)
  begin()
  call('UNLINK', unpack(keys, 2))
  return { call('ZREM', keys[1], args[1]) }
end)

-- webhook_add: notes a look at the board, and the deliveries that it has led to. Of two servers that have looked from the same turn on, the
-- first one counts.
--
-- KEYS 1 webhook · 2 list · 3 due · 4 deliveries
-- ARGV 1 the turn that was looked from, '' for deliveries that no look has led to · 2 cursor · 3 top · 4 time in ms · 5 the most that are kept
--      · 6 seconds that they are kept · 7 how a new one goes, then for each: id, message
-- Returns 1, or 0: there is no such webhook, or another server was faster.
server.register_function('leaderport_webhook_add', function(keys, args)
  begin()
  local turn = call('HGET', keys[1], 'turn')
  if not turn or (args[1] ~= '' and turn ~= args[1]) then return { 0 } end
  if args[1] ~= '' then
    call('HSET', keys[1], 'cursor', args[2], 'top', args[3])
    call('HINCRBY', keys[1], 'turn', 1)
  end
  if #args == 7 then return { 1 } end
  for i = 8, #args, 2 do
    call('HSET', keys[4], args[i], args[i + 1], args[i] .. '+', args[7])
    call('ZADD', keys[2], args[4], args[i])
    call('ZADD', keys[3], args[4], args[i])
  end
  for _, id in ipairs(call('ZRANGE', keys[2], 0, -1 - tonumber(args[5]))) do
    call('ZREM', keys[2], id)
    call('ZREM', keys[3], id)
    call('HDEL', keys[4], id, id .. '+')
  end
  for i = 2, 4 do call('EXPIRE', keys[i], args[6]) end
  return { 1 }
end)

-- webhook_take: takes the delivery that is to be sent first, and keeps it from others until a time.
--
-- KEYS 1 due · 2 deliveries
-- ARGV 1 time in ms · 2 until when
-- Returns nothing if none waits, {when the first is due}, or {when, id, message, how it goes}
server.register_function('leaderport_webhook_take', function(keys, args)
  begin()
  while true do
    local first = call('ZRANGE', keys[1], 0, 0, 'WITHSCORES')
    if not first[1] then return {} end
    if tonumber(first[2]) > tonumber(args[1]) then return { first[2] } end
    local found = call('HMGET', keys[2], first[1], first[1] .. '+')
    if found[1] then
      call('ZADD', keys[1], args[2], first[1])
      return { first[2], first[1], found[1], found[2] }
    end
    call('ZREM', keys[1], first[1])
  end
end)

-- webhook_note: notes how an attempt went. A webhook at which nothing arrives for long is switched off.
--
-- KEYS 1 webhook · 2 due · 3 deliveries
-- ARGV 1 id · 2 how it goes · 3 when it is to be sent again, or '' · 4 time in ms · 5 '1' if it has arrived · 6 how long it may go on without, in ms
--      · 7 why it is to be switched off then · 8 why at once, or ''
-- Returns {why it was switched off by this, or ''}
server.register_function('leaderport_webhook_note', function(keys, args)
  begin()
  if args[3] == '' then call('ZREM', keys[2], args[1]) else call('ZADD', keys[2], 'XX', args[3], args[1]) end
  if call('HEXISTS', keys[3], args[1]) == 1 then call('HSET', keys[3], args[1] .. '+', args[2]) end
  if call('EXISTS', keys[1]) == 0 then return { '' } end
  local why = args[8]
  if args[5] == '1' then
    call('HDEL', keys[1], 'failing')
  else
    call('HSETNX', keys[1], 'failing', args[4])
    if why == '' and tonumber(args[4]) - tonumber(call('HGET', keys[1], 'failing')) > tonumber(args[6]) then why = args[7] end
  end
  if why ~= '' then call('HSET', keys[1], 'off', why) end
  return { why }
end)

-- webhook_replay: has a delivery sent again.
--
-- KEYS 1 due · 2 deliveries
-- ARGV 1 id · 2 how it goes · 3 time in ms
-- Returns 1, or 0: it is not kept.
server.register_function('leaderport_webhook_replay', function(keys, args)
  begin()
  if call('HEXISTS', keys[2], args[1]) == 0 then return { 0 } end
  call('HSET', keys[2], args[1] .. '+', args[2])
  call('ZADD', keys[1], args[3], args[1])
  return { 1 }
end)
