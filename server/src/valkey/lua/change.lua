-- change: an operator's change of a board's entries, written, logged, numbered and published in one step.
--
-- KEYS 1 board hash · 2 log · 3 periods hash · 4 history hash · 5 writer hash · 6 live channel · 7 history hash set aside · 8 faces hash · 9 moderation hash
--      then for each target its 5 keys, and 5 for what a reset sets aside
-- ARGV 1 call number · 2 time in ms · 3 revision of the rules · 4 rules · 5 number of targets, then 3 for each (see common)
--   then what to do:
--   'put' player · packed: B score (0 stays, 1 set, 2 add) · i7 sort key · B columns given · columns · B metadata (as submit) · I2 length, metadata
--   'remove' player, player, …
--   'range' lowest sort key · highest · most entries for one call
--   'top' n: all but the first n go · most entries for one call
--   'reset' time in ms when what was set aside is dropped · what its labels end with, after a '~'
-- The log's record: 'A' · I6 version · I4 length, what was asked for (each argument with I4 length in front) · I4 length, what undoes it: for each
-- entry B its target's place among the labels · B length, player · I2 length, the entry before, packed (empty: none); for a reset the
-- labels of what was set aside, each with B length in front.
-- Returns {'rules' | 'none' | 'behind' | 'stale'} as submit does, {'closed'} for a period that is closed, or {'ok', packed}: B 0 done, 1 no such entry, 2 too large · I6 version, then
--   'put' B targets, for each B label's length, label, and the standing as submit answers
--   else I5 entries removed, I5 entries that are left to remove

-- Puts the entry of a player who is kept out of the standings, and leaves the index and rank that it would have in it.
local function place_hidden(rules, keys, target, player, old, new)
  if new.moved and old and target.is_all then keep_history(rules, keys.history, { { player, old } }) end
  new.index, new.rank = would_stand(rules, target, player, new[2], new[1])
  if new.moved then new[6] = new.rank end
  call('HSET', target.hidden, player, pack_entry(rules, new))
end

-- Puts one entry where it belongs, and leaves its index and rank in it.
local function place_entry(rules, keys, target, player, old, new)
  if new.moved then
    local dense, steps = rules.mode == 'dense', {}
    if old then
      call('ZREM', target.rank, old[1] .. player)
      if dense then note_step(steps, step_of(rules, old[1], old[2]), old[2], -1) end
      if target.is_all then keep_history(rules, keys.history, { { player, old } }) end
    end
    call('ZADD', target.rank, new[2], new[1] .. player)
    if dense then
      note_step(steps, step_of(rules, new[1], new[2]), new[2], 1)
      change_steps(target, steps)
    end
    new.index = call('ZRANK', target.rank, new[1] .. player)
    new.rank = shown_rank(rules, target, new.index, new[2], new[1])
    new[6] = new.rank
  else
    new.index, new.rank = old.index, old.rank
  end
  call('HSET', target.entry, player, pack_entry(rules, new))
end

local function remove_entries(rules, keys, target, players, undo, number)
  if #players == 0 then return 0 end
  local packed = call('HMGET', target.entry, unpack(players))
  local hidden = keys.verdicts and call('HMGET', target.hidden, unpack(players)) or {}
  local members, fields, hidden_fields, steps, history = {}, {}, {}, {}, {}
  for i, player in ipairs(players) do
    local found = packed[i] or hidden[i]
    if found then
      local entry = parse_entry(rules, found)
      if packed[i] then
        members[#members + 1] = entry[1] .. player
        fields[#fields + 1] = player
        if rules.mode == 'dense' then note_step(steps, step_of(rules, entry[1], entry[2]), entry[2], -1) end
      else
        hidden_fields[#hidden_fields + 1] = player
      end
      if target.is_all then
        for _, field in ipairs(history_fields(MOST_POINTS, player, entry[5])) do history[#history + 1] = field end
      end
      undo[#undo + 1] = pack('>BBc0I2c0', number, #player, player, #found, found)
    end
  end
  if #members > 0 then
    in_parts('ZREM', target.rank, members)
    in_parts('HDEL', target.entry, fields)
  end
  if #hidden_fields > 0 then in_parts('HDEL', target.hidden, hidden_fields) end
  if rules.mode == 'dense' then change_steps(target, steps) end
  if #history > 0 then in_parts('HDEL', keys.history, history) end
  return #members + #hidden_fields
end

local function players_of(rules, members)
  local players = {}
  for i, member in ipairs(members) do players[i] = string.sub(member, rules.width + 7) end
  return players
end

-- A player once each.
local function distinct(players)
  local known, list = {}, {}
  for _, player in ipairs(players) do
    if not known[player] then known[player] = true; list[#list + 1] = player end
  end
  return list
end

local function put_entry(rules, old, change, version, now)
  local key, columns = old and old[2] or 0, old and string.sub(old[1], 1, rules.width)
  if not old and change.score == 0 then return nil, 1 end
  if change.score == 1 then key = change.key elseif change.score == 2 then key = key + change.key end
  if key > MAX or key < -MAX then return nil, 2 end
  if change.has_columns == 1 then columns = change.columns end
  if not columns then columns = string.rep(column_bytes(0), rules.columns) end
  local metadata = old and old[7] or ''
  if change.meta_kind == 2 then metadata = change.metadata elseif change.meta_kind == 1 then metadata = '' end
  local attempts, moves = old and old[3] or 0, old and old[5] or 0
  local order = old and key - old[2] or -1
  if old and order == 0 then order = compare_columns(rules, columns, old[1]) end
  if order == 0 then return { old[1], key, attempts, old[4], moves, old[6], metadata, moved = false, better = false } end
  return { order_bytes(rules, columns, version), key, attempts, now, capped(moves + 1, 16777215), 0, metadata, moved = true, better = order < 0 }
end

local function put(rules, keys, targets, player, change, version, now, undo)
  local olds, news = {}, {}
  local out = keys.verdicts and is_out(call('HGET', keys.verdicts, player))
  for number, target in ipairs(targets) do
    local packed = call('HGET', out and target.hidden or target.entry, player)
    local old = packed and parse_entry(rules, packed) or false
    -- A window in which the player has no entry is none of a metadata change's business.
    local new, problem = put_entry(rules, old, change, version, now)
    if problem == 2 then return nil, 2 end
    olds[number], news[number] = old, new or false
    if new then undo[#undo + 1] = pack('>BBc0I2c0', number, #player, player, packed and #packed or 0, packed or '') end
  end
  if #undo == 0 then return nil, 1 end
  local parts = {}
  for number, target in ipairs(targets) do
    local old, new = olds[number], news[number]
    if new then
      target.touched = true
      if old and out then
        old.index, old.rank = would_stand(rules, target, player, old[2], old[1])
      elseif old then
        old.index = call('ZRANK', target.rank, old[1] .. player)
        old.rank = shown_rank(rules, target, old.index, old[2], old[1])
      end
      local place = out and place_hidden or place_entry
      place(rules, keys, target, player, old, new)
      local flags = (new.better and 1 or 0) + (old and 2 or 0)
      parts[#parts + 1] = pack_standing(target, flags, old and old[2] or 0, old and old.rank or 0, new[2], new.rank, new.index,
        call('ZCARD', target.rank) + (out and 1 or 0), keys.faces)
    end
  end
  return pack('>B', #parts) .. table.concat(parts)
end

-- Takes one call's share of the entries that match out of each target.
local function remove_some(rules, keys, targets, kind, args, at, undo)
  local removed, left = 0, 0
  for number, target in ipairs(targets) do
    local matching, members
    if kind == 'range' then
      matching = call('ZCOUNT', target.rank, args[at + 1], args[at + 2])
      members = call('ZRANGE', target.rank, args[at + 1], args[at + 2], 'BYSCORE', 'LIMIT', 0, args[at + 3])
    else
      local n = tonumber(args[at + 1])
      matching = math.max(0, call('ZCARD', target.rank) - n)
      members = matching > 0 and call('ZRANGE', target.rank, n, n + tonumber(args[at + 2]) - 1) or {}
    end
    local gone = remove_entries(rules, keys, target, players_of(rules, members), undo, number)
    removed, left = removed + gone, left + matching - gone
  end
  return removed, left
end

-- Sets a target's entries aside, where they stay until they are dropped.
local function reset(keys, all_keys, target, history_aside)
  local entries = call('ZCARD', target.rank) + call('HLEN', target.hidden)
  for i = 0, 4 do
    if call('EXISTS', all_keys[target.at + i]) == 1 then call('RENAME', all_keys[target.at + i], all_keys[target.at + 5 + i]) end
  end
  if target.is_all and call('EXISTS', keys.history) == 1 then call('RENAME', keys.history, history_aside) end
  return entries
end

server.register_function('leaderport_change', function(keys, args)
  begin()
  local write, at = open_write(keys, args, 10, 5, 10)
  if not write then return at end
  local rules, targets, first_version = write.rules, write.targets, write.version
  for _, target in ipairs(targets) do
    if target.closed then return { 'closed' } end
  end
  write.keys.faces, write.keys.verdicts = open_faces(keys[8], rules), open_verdicts(keys[9])
  local version = first_version + 1
  local kind, undo, body, changed = args[at], {}, nil, true

  if kind == 'put' then
    local score, key, has_columns, columns, meta_kind, metadata
    if rules.columns == 0 then
      score, key, has_columns, meta_kind, metadata = unpack_struct('>Bi7BBI2c0', args[at + 2])
      columns = ''
    else
      score, key, has_columns, columns, meta_kind, metadata = unpack_struct('>Bi7Bc' .. rules.width .. 'BI2c0', args[at + 2])
    end
    local change = { score = score, key = key, has_columns = has_columns, columns = columns, meta_kind = meta_kind, metadata = metadata }
    local parts, problem = put(rules, write.keys, targets, args[at + 1], change, version, write.now, undo)
    if parts then body = pack('>BI6', 0, version) .. parts else body, changed = pack('>BI6', problem, first_version), false end
  else
    local removed, left = 0, 0
    if kind == 'remove' then
      local players = distinct({ unpack(args, at + 1) })
      for number, target in ipairs(targets) do removed = removed + remove_entries(rules, write.keys, target, players, undo, number) end
    elseif kind == 'reset' then
      for _, target in ipairs(targets) do
        local entries = reset(write.keys, keys, target, keys[7])
        removed = removed + entries
        if entries > 0 then
          -- What was set aside is dropped by the job that drops old periods.
          local label = (target.is_all and 'all:all' or target.label) .. '~' .. args[at + 2]
          call('HSET', keys[3], label, 'aside 0 0 0 ' .. args[at + 1])
          undo[#undo + 1] = pack('>Bc0', #label, label)
        end
      end
    else
      removed, left = remove_some(rules, write.keys, targets, kind, args, at, undo)
    end
    changed = removed > 0
    body = pack('>BI6I5I5', 0, changed and version or first_version, removed, left)
  end

  if changed then
    local sent, undone = {}, table.concat(undo)
    for i = at, #args do sent[#sent + 1] = pack('>I4c0', #args[i], args[i]) end
    sent = table.concat(sent)
    close_write(write, version, 'A' .. pack('>I6I4c0I4c0', version, #sent, sent, #undone, undone))
  end
  remember_answer(keys[5], args[1], body)
  return { 'ok', body }
end)
