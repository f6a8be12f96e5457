-- Rows of a rank zset from an index on (member, sort key, member, …), and what their ranks follow from: how many entries are better than the
-- first, at least as good as the last, and the dense rank of the first. Only what the rank mode needs is looked up; the others are 0.
local function ranked_rows(rules, rank_key, steps_key, first, count)
  local rows = {}
  if count > 0 then rows = call('ZRANGE', rank_key, first, first + count - 1, 'WITHSCORES') end
  local better, at_least, dense = 0, 0, 0
  if #rows > 0 then
    local first_key, last_key, last_member = tonumber(rows[2]), tonumber(rows[#rows]), rows[#rows - 1]
    if rules.mode == 'competition' then
      better = count_better(rules, rank_key, first_key, rows[1], false)
    elseif rules.mode == 'modified' then
      at_least = count_better(rules, rank_key, last_key, last_member, true)
    elseif rules.mode == 'dense' then
      dense = call('ZRANK', steps_key, step_of(rules, rows[1], first_key)) + 1
    end
  end
  return rows, better, at_least, dense
end

-- The players of such rows.
local function players_in(rules, rows)
  local players = {}
  for i = 1, #rows, 2 do players[#players + 1] = string.sub(rows[i], rules.width + 7) end
  return players
end

-- The index of the last entry that has a percentile, in parts of a million that are not ahead.
local function index_of_percentile(total, parts)
  return math.max(0, math.min(total - 1, math.floor(total * (1000000 - parts) / 1000000)))
end

-- The stretch of the entries whose shown ranks lie within two bounds: the index of the first, and how many there are.
local function stretch_of_ranks(rules, target, low, high, total)
  -- Where the group of equal entries that holds an index begins, or (`past`) ends; beyond the last entry everything is past.
  local function edge(index, past)
    local row = call('ZRANGE', target.rank, index, index, 'WITHSCORES')
    if #row == 0 then return total end
    return count_better(rules, target.rank, tonumber(row[2]), row[1], past)
  end
  -- Where the group with a dense rank begins.
  local function step(rank)
    local found = call('ZRANGE', target.steps, rank - 1, rank - 1, 'WITHSCORES')
    if #found == 0 then return total end
    return count_better(rules, target.rank, tonumber(found[2]), found[1], false)
  end
  local first, past
  if rules.mode == 'competition' then
    -- A group's rank is where it begins.
    first, past = edge(low - 1, false), edge(high - 1, true)
    if first < low - 1 then first = edge(low - 1, true) end
  elseif rules.mode == 'modified' then
    -- A group's rank is where it ends.
    first, past = edge(low - 1, false), edge(high, false)
  elseif rules.mode == 'dense' then
    first, past = step(low), step(high + 1)
  else
    first, past = low - 1, math.min(high, total)
  end
  return first, math.max(0, past - first)
end

-- rows: some rows of a period in rank order, with the version they belong to.
--
-- KEYS 1 board hash · 2 rank zset · 3 entry hash · 4 steps zset · 5 faces hash · 6 hidden hash · 7 moderation hash
-- ARGV 1 rules · 2 '1' to have the entries · 3 how the first row is chosen, and its arguments:
--   'rank' first, from 0 · count
--   'around' player · who is told ('others', 'alone', see common) · count: the player in the middle, the window full at both ends
--   'page' player · who is told · count: the page of that size that the player is on
--   who is shadow-banned is found by these two where they would stand, if they may be told of, and is not among the rows
--   'score' lowest sort key · highest · rows to skip · count
--   'ranks' lowest shown rank · highest · rows to skip · count
--   'before' member · its sort key · lowest sort key · highest · count: those that come before where this member stands, or would stand; the
--   last ones if it is empty
--   'percentile' parts of a million that are not ahead · count: from the last entry that has that percentile on
--   'after' member · its sort key · lowest sort key · highest · count: those that come after where this member stands, or would stand
-- Returns {version, time of the last change in ms, total} when the player has no entry, else
--   {version, time, total, index of the first row, entries that match ('score', 'ranks', 'before' and 'after', else the total), entries better
--    than the first row, entries at least as good as the last row, dense rank of the first row, faces of the rows (see common),
--    then for each row: member, sort key, and its packed entry where they are wanted}
server.register_function{
  function_name = 'leaderport_rows',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules = parse_rules(args[1])
    local version, updated = version_of(keys[1])
    local total = call('ZCARD', keys[2])
    local kind, first, count, matching = args[3], 0, 0, total
    if kind == 'rank' then
      first, count = tonumber(args[4]), tonumber(args[5])
    elseif kind == 'around' or kind == 'page' then
      local packed, index = call('HGET', keys[3], args[4]), nil
      if packed then
        index = call('ZRANK', keys[2], string.sub(packed, 1, rules.width + 6) .. args[4])
      else
        packed = own_hidden(keys[6], keys[7], args[4], args[5])
        if not packed then return { version, updated, total } end
        local entry = parse_entry(rules, packed)
        index = math.max(0, math.min(total - 1, (would_stand(rules, { rank = keys[2], steps = keys[4] }, args[4], entry[2], entry[1]))))
      end
      count = tonumber(args[6])
      if kind == 'page' then
        first = math.floor(index / count) * count
      else
        first = math.max(0, math.min(index - math.floor((count - 1) / 2), total - count))
      end
    elseif kind == 'before' then
      local past = total
      if args[4] ~= '' then past = place_of(keys[2], args[5], args[4]) end
      local low = call('ZCOUNT', keys[2], '-inf', '(' .. args[6])
      matching = call('ZCOUNT', keys[2], args[6], args[7])
      past = math.min(past, low + matching)
      count = math.max(0, math.min(past - low, tonumber(args[8])))
      first = past - count
    elseif kind == 'score' then
      local low = call('ZCOUNT', keys[2], '-inf', '(' .. args[4])
      matching = call('ZCOUNT', keys[2], args[4], args[5])
      first = low + tonumber(args[6])
      count = math.max(0, math.min(tonumber(args[7]), matching - tonumber(args[6])))
    elseif kind == 'ranks' then
      local low, skip = 0, tonumber(args[6])
      low, matching = stretch_of_ranks(rules, { rank = keys[2], steps = keys[4] }, tonumber(args[4]), tonumber(args[5]), total)
      first, count = low + skip, math.max(0, math.min(tonumber(args[7]), matching - skip))
    elseif kind == 'after' then
      local index, found = place_of(keys[2], args[5], args[4])
      local low = call('ZCOUNT', keys[2], '-inf', '(' .. args[6])
      matching = call('ZCOUNT', keys[2], args[6], args[7])
      first = math.max(low, found and index + 1 or index)
      count = math.max(0, math.min(tonumber(args[8]), low + matching - first))
    else
      first, count = index_of_percentile(total, tonumber(args[4])), tonumber(args[5])
    end
    local rows, better, at_least, dense = ranked_rows(rules, keys[2], keys[4], first, count)
    local players = players_in(rules, rows)
    local reply = { version, updated, total, first, matching, better, at_least, dense, pack_faces(open_faces(keys[5], rules), players) }
    if args[2] == '1' and #rows > 0 then
      local entries = call('HMGET', keys[3], unpack(players))
      for i = 1, #rows, 2 do
        reply[#reply + 1] = rows[i]
        reply[#reply + 1] = rows[i + 1]
        reply[#reply + 1] = entries[(i + 1) / 2]
      end
    else
      for i = 1, #rows do reply[#reply + 1] = rows[i] end
    end
    return reply
  end
}
