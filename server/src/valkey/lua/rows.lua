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

-- rows: some rows of a period in rank order, with the version they belong to.
--
-- KEYS 1 board hash · 2 rank zset · 3 entry hash · 4 steps zset
-- ARGV 1 rules · 2 '1' to have the entries · 3 how the first row is chosen, and its arguments:
--   'rank' first, from 0 · count
--   'around' player · count: the player in the middle, the window full at both ends
--   'page' player · count: the page of that size that the player is on
--   'score' lowest sort key · highest · rows to skip · count
--   'percentile' parts of a million that are not ahead · count: from the last entry that has that percentile on
-- Returns {version, time of the last change in ms, total} when the player has no entry, else
--   {version, time, total, index of the first row, entries that match ('score' only, else the total), entries better than the
--    first row, entries at least as good as the last row, dense rank of the first row,
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
      local packed = call('HGET', keys[3], args[4])
      if not packed then return { version, updated, total } end
      local index = call('ZRANK', keys[2], string.sub(packed, 1, rules.width + 6) .. args[4])
      count = tonumber(args[5])
      if kind == 'page' then
        first = math.floor(index / count) * count
      else
        first = math.max(0, math.min(index - math.floor((count - 1) / 2), total - count))
      end
    elseif kind == 'score' then
      local low = call('ZCOUNT', keys[2], '-inf', '(' .. args[4])
      matching = call('ZCOUNT', keys[2], args[4], args[5])
      first = low + tonumber(args[6])
      count = math.max(0, math.min(tonumber(args[7]), matching - tonumber(args[6])))
    else
      first = math.max(0, math.min(total - 1, math.floor(total * (1000000 - tonumber(args[4])) / 1000000)))
      count = tonumber(args[5])
    end
    local rows, better, at_least, dense = ranked_rows(rules, keys[2], keys[4], first, count)
    local reply = { version, updated, total, first, matching, better, at_least, dense }
    if args[2] == '1' and #rows > 0 then
      local players = {}
      for i = 1, #rows, 2 do players[#players + 1] = string.sub(rows[i], rules.width + 7) end
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
