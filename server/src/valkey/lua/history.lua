-- What a player's entry was before what it is, as chunks of points, oldest first; a point is I6 reached, ms · i7 sort key · I4 rank then ·
-- I3 attempts until then.
local function points_of(rules, history, player, moves)
  local chunks = call('HMGET', history, unpack(history_fields(rules.history, player, moves)))
  -- From the newest back to the first gap: the rules may have kept less for a while.
  local last, first = math.floor(moves / POINTS_IN_CHUNK), #chunks + 1
  for i = #chunks, 1, -1 do
    local places = math.min(POINTS_IN_CHUNK, moves - 1 - (last - #chunks + i) * POINTS_IN_CHUNK)
    if places > 0 then
      if not chunks[i] then break end
      first = i
      if #chunks[i] < places * POINT_BYTES then break end
    end
  end
  local points = {}
  for i = first, #chunks do
    if chunks[i] then points[#points + 1] = chunks[i] end
  end
  return points
end

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

-- The sort key of the last point that was reached by a time, if there is one; 7 bytes.
local function key_at(points, time)
  local function reached(chunk, at) return (unpack_struct('>I6', chunk, at * POINT_BYTES + 1)) end
  for i = #points, 1, -1 do
    local chunk = points[i]
    if reached(chunk, 0) <= time then
      local low, high = 0, #chunk / POINT_BYTES - 1
      while low < high do
        local middle = math.ceil((low + high) / 2)
        if reached(chunk, middle) <= time then low = middle else high = middle - 1 end
      end
      return string.sub(chunk, low * POINT_BYTES + 7, low * POINT_BYTES + 13)
    end
  end
end

-- stood: where players stood in the window `all` at a time, whether or not operators hide them.
--
-- KEYS as history
-- ARGV 1 rules · 2 time in ms · then the players
-- Returns for each player four values: packed entry ('': none), how many points there are, the sort key of the oldest and of the last that was
-- reached by then, 7 bytes each ('': none). Points are not looked at if the entry itself was reached by then.
server.register_function{
  function_name = 'leaderport_stood',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules, time, reply = parse_rules(args[1]), tonumber(args[2]), {}
    for i = 3, #args do
      local packed = call('HGET', keys[2], args[i]) or own_hidden(keys[4], keys[5], args[i], 'operators')
      local entry = packed and parse_entry(rules, packed)
      local points = entry and entry[4] > time and points_of(rules, keys[3], args[i], entry[5]) or {}
      local count = 0
      for _, chunk in ipairs(points) do count = count + #chunk / POINT_BYTES end
      local told = { packed or '', count, points[1] and string.sub(points[1], 7, 13) or '', key_at(points, time) or '' }
      for _, value in ipairs(told) do reply[#reply + 1] = value end
    end
    return reply
  end
}
