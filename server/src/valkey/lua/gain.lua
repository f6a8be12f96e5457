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

-- The sort key of a chunk's point.
local function point_key(chunk, at) return (unpack_struct('>i7', chunk, at * POINT_BYTES + 7)) end

-- The sort key of the last point that was reached by a time, if there is one.
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
      return point_key(chunk, low)
    end
  end
end

-- By how much a player's sort key would be better with a submission than it was at a time, in the window `all`. `packed`: their entry, if they have one.
local function gain_of(rules, history, player, packed, key, time)
  local sum = rules.keep == 'sum'
  -- Whoever begins gains nothing, but on a board that adds up all that is added.
  if not packed then return sum and -key or 0 end
  local _, now, _, reached, moves = unpack_struct(rules.entry, packed)
  local before = now
  if reached > time then
    -- Whoever has stood once has no points.
    local points = moves > 1 and points_of(rules, history, player, moves) or {}
    before = key_at(points, time)
    if not before then
      local count = 0
      for _, chunk in ipairs(points) do count = count + #chunk / POINT_BYTES end
      if sum and count + 1 >= moves then before = 0 else before = points[1] and point_key(points[1], 0) or now end
    end
  end
  if sum then return before - now - key end
  return rules.keep == 'first' and before - now or before - key
end
