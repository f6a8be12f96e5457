-- submit: a batch of submissions to one board, decided, written, numbered and published in one step.
--
-- KEYS 1 rank zset · 2 entry hash · 3 version hash · 4 seen hash of now · 5 seen hash of before · 6 writer hash · 7 live channel
-- ARGV 1 call number · 2 time in ms · 3 seconds that seen ids are kept, then for each submission: id ('' = none), player, sort key
--
-- Returns one text for each submission, in order:
--   "<new|seen> <improved 0|1> <key before> <rank before> <key after> <rank after> <total> <version>"   ('-' = none, ranks from 0)
--   "conflict"   the id was used before for another player or score
--   "stale"      the whole call was overtaken by a later one of the same writer: nobody waits for it any more
--
-- A client may replay a call whose answer was lost. Each writer has one call in flight, so remembering its last
-- answer is enough to count every submission once.
redis.register_function('leaderport_submit', function(keys, args)
  local rank_key, entry_key, version_key = keys[1], keys[2], keys[3]
  local seen_now, seen_before, writer_key, channel = keys[4], keys[5], keys[6], keys[7]
  local call, now, seen_ttl = tonumber(args[1]), args[2], args[3]
  local count = (#args - 3) / 3

  local last = redis.call('HMGET', writer_key, 'call', 'reply')
  if last[1] and tonumber(last[1]) == call then
    return cmsgpack.unpack(last[2])
  end
  if last[1] and tonumber(last[1]) > call then
    local stale = {}
    for i = 1, count do stale[i] = 'stale' end
    return stale
  end

  -- Everything that is already known, in one read each; `entries` and `seen` then follow the batch as it is applied.
  local players, ids = {}, {}
  for i = 1, count do
    players[i] = args[3 * i + 2]
    if args[3 * i + 1] ~= '' then ids[#ids + 1] = args[3 * i + 1] end
  end
  local entries, seen = {}, {}
  local packed = redis.call('HMGET', entry_key, unpack(players))
  for i = 1, count do entries[players[i]] = packed[i] end
  if #ids > 0 then
    local recent = redis.call('HMGET', seen_now, unpack(ids))
    local older = redis.call('HMGET', seen_before, unpack(ids))
    for i = 1, #ids do seen[ids[i]] = recent[i] or older[i] end
  end

  local version = version_of(version_key)
  local first_version = version
  local total = redis.call('ZCARD', rank_key)
  local replies, new_ids = {}, {}

  for i = 1, count do
    local id, player, key = args[3 * i + 1], args[3 * i + 2], args[3 * i + 3]
    local earlier = id ~= '' and seen[id]
    if earlier then
      -- Kept as "<receipt>|<key>|<player>", so that another body under the same id is noticed.
      local receipt, body = string.match(earlier, '^([^|]*)|(.*)$')
      replies[i] = body == key .. '|' .. player and 'seen ' .. receipt or 'conflict'
    else
      local before_key, before_rank, improved = '-', '-', '0'
      local entry = entries[player]
      local member
      if entry then
        local order
        order, before_key = unpack_entry(entry)
        member = order .. player
        before_rank = redis.call('ZRANK', rank_key, member)
      end
      local after_key, after_rank = before_key, before_rank
      -- Smaller sort keys are better; the same score later is no improvement, so the first to reach it stays ahead.
      if not entry or tonumber(key) < tonumber(before_key) then
        improved = '1'
        version = version + 1
        local order = order_bytes(version)
        if entry then redis.call('ZREM', rank_key, member) else total = total + 1 end
        redis.call('ZADD', rank_key, key, order .. player)
        entries[player] = order .. key
        redis.call('HSET', entry_key, player, entries[player])
        after_key = key
        after_rank = redis.call('ZRANK', rank_key, order .. player)
      end
      local receipt = table.concat({ improved, before_key, before_rank, after_key, after_rank, total, string.format('%.0f', version) }, ' ')
      if id ~= '' then
        seen[id] = receipt .. '|' .. key .. '|' .. player
        new_ids[#new_ids + 1] = id
        new_ids[#new_ids + 1] = seen[id]
      end
      replies[i] = 'new ' .. receipt
    end
  end

  if #new_ids > 0 then
    redis.call('HSET', seen_now, unpack(new_ids))
    redis.call('EXPIRE', seen_now, seen_ttl)
  end
  if version > first_version then
    local text = string.format('%.0f', version)
    redis.call('HSET', version_key, 'version', text, 'updated', now)
    redis.call('SPUBLISH', channel, text)
  end
  redis.call('HSET', writer_key, 'call', args[1], 'reply', cmsgpack.pack(replies))
  redis.call('EXPIRE', writer_key, 3600)
  return replies
end)
