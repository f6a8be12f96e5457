-- Keys, operators, players' accounts, and sessions. Records are JSON in hashes, by their ids; whoever writes one says what it was, so that nothing
-- is overwritten unseen. A session is a hash: whose, ends (ms), seen (ms), created (ms), address, agent, and the
-- generation of whose it is: it is over once theirs is another.

-- Writes a record, or removes it, as put_record says; `may` can keep it from being so.
local function put_record(keys, args, may)
  local is = call('HGET', keys[1], args[1]) or ''
  -- A client may replay a call whose answer was lost.
  if is == args[3] then return { 1 } end
  if is ~= args[2] then return { 0 } end
  if may and not may(is) then return { 2 } end
  if args[3] == '' then
    call('HDEL', keys[1], args[1])
  else
    if args[2] == '' and call('HLEN', keys[1]) >= tonumber(args[4]) then return { 0 } end
    call('HSET', keys[1], args[1], args[3])
  end
  return { 1 }
end

-- put_record: writes a record, or removes it.
--
-- KEYS 1 records
-- ARGV 1 id · 2 what it was ('' if there was none) · 3 what it is to be ('': gone), which no other writing has said · 4 the most records there may be with it
-- Returns 1, or 0: it was something else, or there are as many already.
server.register_function('leaderport_put_record', function(keys, args)
  begin()
  return put_record(keys, args)
end)

-- put_operator: the same for an operator, of whom there is to be an owner left.
--
-- KEYS, ARGV as put_record
-- Returns as put_record, or 2: it is the only owner.
server.register_function('leaderport_put_operator', function(keys, args)
  begin()
  local function is_owner(record) return record ~= '' and cjson.decode(record).role == 'owner' end
  return put_record(keys, args, function(is)
    if not is_owner(is) or is_owner(args[3]) then return true end
    local all = call('HGETALL', keys[1])
    for at = 1, #all, 2 do
      if all[at] ~= args[1] and is_owner(all[at + 1]) then return true end
    end
    return false
  end)
end)

-- open_session: notes that somebody has signed in.
--
-- KEYS 1 session · 2 all sessions of whom it is of (zset: id, by its end)
-- ARGV 1 id · 2 whose · 3 time in ms · 4 when it ends at the latest, in ms · 5 for how many seconds it lasts unused · 6 address · 7 agent ·
--   8 the most sessions of one of them · 9 the generation of whose it is
-- Returns the ids of sessions that are too many: the oldest.
server.register_function('leaderport_open_session', function(keys, args)
  begin()
  call('HSET', keys[1], 'whose', args[2], 'created', args[3], 'seen', args[3], 'ends', args[4], 'address', args[6], 'agent', args[7],
    'generation', args[9])
  call('EXPIRE', keys[1], args[5])
  call('ZREMRANGEBYSCORE', keys[2], '-inf', args[3])
  call('ZADD', keys[2], args[4], args[1])
  call('PEXPIREAT', keys[2], args[4])
  local many = call('ZCARD', keys[2]) - tonumber(args[8])
  if many <= 0 then return {} end
  local old = call('ZRANGE', keys[2], 0, many - 1)
  call('ZREM', keys[2], unpack(old))
  return old
end)

-- use_session: who a session is of; it lasts longer for being used.
--
-- KEYS 1 session · 2 the records of those whom it may be of
-- ARGV 1 time in ms · 2 for how many seconds it lasts unused
-- Returns whose it is, their record, when it was opened in ms, and its generation, or nothing: it is over, or they are gone.
server.register_function('leaderport_use_session', function(keys, args)
  begin()
  local session = call('HMGET', keys[1], 'whose', 'ends', 'seen', 'created', 'generation')
  if not session[1] then return {} end
  local now = tonumber(args[1])
  if tonumber(session[2]) <= now then
    call('DEL', keys[1])
    return {}
  end
  -- Seconds count, but not each request is worth a write.
  if now - tonumber(session[3]) > 60000 then
    call('HSET', keys[1], 'seen', args[1])
    call('EXPIRE', keys[1], args[2])
  end
  local record = call('HGET', keys[2], session[1])
  if not record then return {} end
  return { session[1], record, session[4], session[5] or '' }
end)

-- renew_session: has a session go on in another generation, if it is not over.
--
-- KEYS 1 session
-- ARGV 1 the generation
server.register_function('leaderport_renew_session', function(keys, args)
  begin()
  if call('EXISTS', keys[1]) == 1 then call('HSET', keys[1], 'generation', args[1]) end
  return {}
end)

-- add_act: adds to one of two parts of the record of who did what. Ids go up over both, so that they are read as one.
--
-- KEYS 1 the part · 2 the other
-- ARGV 1 what was done · 2 how many the part keeps, about
server.register_function('leaderport_add_act', function(keys, args)
  begin()
  local time = call('TIME')
  local ms, number = time[1] * 1000 + math.floor(time[2] / 1000), 0
  for at = 1, 2 do
    local last = call('XREVRANGE', keys[at], '+', '-', 'COUNT', 1)[1]
    if last then
      local last_ms, last_number = string.match(last[1], '^(%d+)-(%d+)$')
      last_ms, last_number = tonumber(last_ms), tonumber(last_number)
      if last_ms > ms or (last_ms == ms and last_number >= number) then ms, number = last_ms, last_number + 1 end
    end
  end
  call('XADD', keys[1], 'MAXLEN', '~', args[2], integer(ms) .. '-' .. integer(number), 'act', args[1])
  return {}
end)

-- count_try: counts tries within a stretch of time that begins with the first.
--
-- KEYS 1 counter
-- ARGV 1 seconds that it lasts
-- Returns how many there were with this one, and in how many seconds they are forgotten.
server.register_function('leaderport_count_try', function(keys, args)
  begin()
  local tries = call('INCR', keys[1])
  if tries == 1 then call('EXPIRE', keys[1], args[1]) end
  return { tries, call('TTL', keys[1]) }
end)

-- discount_try: takes one try out of a count again.
--
-- KEYS 1 counter
server.register_function('leaderport_discount_try', function(keys, args)
  begin()
  if tonumber(call('GET', keys[1]) or 0) > 0 then call('DECR', keys[1]) end
  return {}
end)
