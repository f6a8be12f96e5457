-- submit: a batch of submissions to one board, decided, written, logged, numbered and published in one step.
--
-- KEYS 1 board hash · 2 log · 3 periods hash · 4 history hash · 5 writer hash · 6 live channel · 7 seen hash of now · 8 of before, then 4 for each target
-- ARGV 1 call number · 2 time in ms · 3 revision of the rules · 4 rules · 5 seconds that seen ids are kept
--      6 number of targets, then 3 for each (see common) · number of sets, then each set: a byte for each of its targets, `all` first
--      then each submission, packed: B set · i7 sort key · columns · I6 reached, ms (0: now) · B metadata (0 stays, 1 goes, 2 set)
--      · B id's length, id · B player's length, player · I2 metadata's length, metadata
--
-- Returns {'ok', answers} or
--   {'rules'}        the rules are not those, {'none'}: there is no such board
--   {'behind', ms}   a current period is closed: the board's clock is further on
--   {'stale'}        overtaken by a later call of the same writer
--
-- Submissions of different players are ranked together: one read, one write, then each one's place. When a player comes up again,
-- what came before is written first. Each answer: I4 length, then
--   B 0 counted | 1 counted before | 2 conflict: the id stands for something else | 3 too large for a sum
--   counted: I6 version · B targets, for each: B label's length, label · B flags (1 improved, 2 had an entry, 4 has one ahead)
--   · i7 key before · I5 rank before · i7 key after · I5 rank after · I5 index · I5 total · i7 key ahead · B length, member ahead
local function new_entry(rules, old, s, version)
  -- `old` and what this returns: {order, key, attempts, reached, moves, rank, metadata}; columns are the order's first bytes.
  local columns, key = s.columns, s.key
  local moved, better
  if not old then
    moved, better = true, true
  else
    local old_key = old[2]
    if rules.keep == 'sum' then
      key = old_key + s.key
      if rules.columns > 0 then
        local summed = {}
        for at = 1, rules.width, 7 do
          local value = column_value(old[1], at) + column_value(s.columns, at)
          if value > MAX or value < -MAX then return nil end
          summed[#summed + 1] = column_bytes(value)
        end
        columns = table.concat(summed)
      end
      if key > MAX or key < -MAX then return nil end
    end
    local order = key - old_key
    if order == 0 and rules.columns > 0 then order = compare_columns(rules, columns, old[1]) end
    better = order < 0
    if rules.keep == 'best' then moved = better elseif rules.keep == 'first' then moved, better = false, false else moved = order ~= 0 end
  end
  local metadata = old and old[7] or ''
  if moved or rules.keep == 'last' or rules.keep == 'sum' then
    if s.meta_kind == 2 then metadata = s.metadata elseif s.meta_kind == 1 then metadata = '' end
  end
  local attempts = capped((old and old[3] or 0) + 1, 16777215)
  if not moved then
    return { old[1], old[2], attempts, old[4], old[5], old[6], metadata }, false, false
  end
  local moves = capped((old and old[5] or 0) + 1, 16777215)
  return { order_bytes(rules, columns, version), key, attempts, s.reached, moves, 0, metadata }, true, better
end

-- A standing's part of an answer.
local function standing_of(rules, target, player, old, old_rank, new, improved, total)
  local flags, before_key, before_rank = improved and 1 or 0, 0, 0
  if old then flags, before_key, before_rank = flags + 2, old[2], old_rank end
  local ahead_key, ahead = 0, ''
  if new.index > 0 then
    local found = call('ZRANGE', target.rank, new.index - 1, new.index - 1, 'WITHSCORES')
    flags, ahead, ahead_key = flags + 4, found[1], tonumber(found[2])
  end
  return pack('>Bc0Bi7I5i7I5I5I5i7Bc0', #target.label, target.label, flags, before_key, before_rank, new[2], new.rank, new.index, total,
    ahead_key, #ahead, ahead)
end

-- Applies submissions of different players to the targets they count in; puts an answer into each. Returns the version after them.
local function apply_round(rules, keys, targets, sets, round, version, records)
  for _, s in ipairs(round) do s.old, s.new, s.parts, s.previous = {}, {}, {}, {} end
  -- Decide: a sum that grows too large in any target is refused in all.
  for number, target in ipairs(targets) do
    local players, those = {}, {}
    for _, s in ipairs(round) do
      if sets[s.set][number] then players[#players + 1] = s.player; those[#those + 1] = s end
    end
    if #players > 0 then
      local packed = call('HMGET', target.entry, unpack(players))
      for i, s in ipairs(those) do
        s.previous[number] = packed[i] or ''
        s.old[number] = packed[i] and parse_entry(rules, packed[i]) or false
      end
    end
  end
  local accepted = {}
  for _, s in ipairs(round) do
    local next_version = version + 1
    for number in pairs(s.old) do
      local entry, moved, better = new_entry(rules, s.old[number], s, next_version)
      if not entry then s.refused = true break end
      entry.moved, entry.better = moved, better
      s.new[number] = entry
    end
    if s.refused then
      s.answer = pack('>B', 3)
    else
      version = next_version
      s.version = version
      accepted[#accepted + 1] = s
    end
  end
  -- Write each target, then look up every place in it.
  for number, target in ipairs(targets) do
    local moves, writes, left, those = {}, {}, {}, {}
    for _, s in ipairs(accepted) do
      local old, new = s.old[number], s.new[number]
      if new then
        those[#those + 1] = s
        if old then
          old.index = call('ZRANK', target.rank, old[1] .. s.player)
          old.rank = shown_rank(rules, target, old.index, old[2], old[1])
        end
        writes[#writes + 1] = { s.player, new }
        if new.moved then
          moves[#moves + 1] = { s.player, old, new }
          if old and target.is_all then left[#left + 1] = { s.player, old } end
        end
      end
    end
    if #those > 0 then
      target.touched = true
      move_entries(rules, keys, target, moves, writes)
      if target.is_all then keep_history(rules, keys.history, left) end
      local total = call('ZCARD', target.rank)
      for _, s in ipairs(those) do
        local old, new = s.old[number], s.new[number]
        if new.moved then
          new.rank = new[6]
        else
          new.index = call('ZRANK', target.rank, new[1] .. s.player)
          new.rank = shown_rank(rules, target, new.index, new[2], new[1])
        end
        s.parts[#s.parts + 1] = standing_of(rules, target, s.player, old, old and old.rank, new, new.better, total)
      end
    end
  end
  for _, s in ipairs(accepted) do
    local undo = {}
    for number = 1, #targets do
      if s.previous[number] then undo[#undo + 1] = pack('>BI2c0', number, #s.previous[number], s.previous[number]) end
    end
    undo = table.concat(undo)
    local record = 'S' .. pack('>I6I2c0I4c0', s.version, #s.raw, s.raw, #undo, undo)
    records[#records + 1] = pack('>I4c0', #record, record)
    s.body = pack('>B', #s.parts) .. table.concat(s.parts)
  end
  for _, s in ipairs(accepted) do s.answer = pack('>BI6', 0, version) .. s.body end
  return version
end

server.register_function('leaderport_submit', function(keys, args)
  begin()
  local earlier = earlier_answer(keys[5], tonumber(args[1]))
  if earlier then return earlier end
  local named = { board = keys[1], log = keys[2], history = keys[4], live = keys[6] }
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
  if not board[3] then return { 'none' } end
  if board[3] ~= args[3] then return { 'rules' } end
  local rules, now = parse_rules(args[4]), tonumber(args[2])
  local targets, at, behind = read_targets(keys, 9, args, 6, keys[3], 4)
  if behind then return { 'behind', board[2] or '0' } end
  local sets = {}
  for i = 1, tonumber(args[at]) do
    local set = {}
    for _, number in ipairs({ string.byte(args[at + i], 1, -1) }) do
      if not targets[number].closed then set[number] = true end
    end
    sets[i] = set
  end
  at = at + 1 + #sets

  -- Read the submissions, and what is known of their ids.
  local all, ids = {}, {}
  local columns_format = 'c' .. rules.width
  local format = rules.columns == 0 and '>Bi7I6BBc0Bc0I2c0' or ('>Bi7' .. columns_format .. 'I6BBc0Bc0I2c0')
  for i = at, #args do
    local raw = args[i]
    local s
    if rules.columns == 0 then
      local set, key, reached, meta_kind, id, player, metadata = unpack_struct(format, raw)
      s = { set = set, key = key, columns = '', reached = reached, meta_kind = meta_kind, id = id, player = player, metadata = metadata, raw = raw }
    else
      local set, key, columns, reached, meta_kind, id, player, metadata = unpack_struct(format, raw)
      s = { set = set, key = key, columns = columns, reached = reached, meta_kind = meta_kind, id = id, player = player, metadata = metadata, raw = raw }
    end
    if s.reached == 0 then s.reached = now end
    all[#all + 1] = s
    if s.id ~= '' then ids[#ids + 1] = s.id end
  end
  local seen = {}
  if #ids > 0 then
    local recent = call('HMGET', keys[7], unpack(ids))
    local older = call('HMGET', keys[8], unpack(ids))
    for i, id in ipairs(ids) do seen[id] = recent[i] or older[i] end
  end

  local version = tonumber(board[1] or 0)
  local first_version = version
  local records, new_ids, round, in_round, ids_in_round = {}, {}, {}, {}, {}
  local function flush()
    if #round == 0 then return end
    version = apply_round(rules, named, targets, sets, round, version, records)
    for _, s in ipairs(round) do
      if s.id ~= '' and s.version then
        seen[s.id] = s.digest .. s.answer
        new_ids[#new_ids + 1] = s.id
        new_ids[#new_ids + 1] = seen[s.id]
      end
    end
    round, in_round, ids_in_round = {}, {}, {}
  end
  for _, s in ipairs(all) do
    if in_round[s.player] or ids_in_round[s.id] then flush() end
    if s.id ~= '' then
      -- What the id stands for: all that was sent. The set depends on when it came.
      s.digest = string.sub(server.sha1hex(string.sub(s.raw, 2)), 1, 16)
    end
    local known = s.id ~= '' and seen[s.id]
    if known then
      if string.sub(known, 1, 16) == s.digest then
        s.answer = pack('>B', 1) .. string.sub(known, 18)
      else
        s.answer = pack('>B', 2)
      end
    else
      round[#round + 1] = s
      in_round[s.player] = true
      if s.id ~= '' then ids_in_round[s.id] = true end
    end
  end
  flush()

  if #new_ids > 0 then
    in_parts('HSET', keys[7], new_ids)
    call('EXPIRE', keys[7], args[5])
  end
  if version > first_version then
    local labels = {}
    for i, target in ipairs(targets) do
      labels[i] = pack('>Bc0', #target.label, target.label)
      if target.touched and not target.is_all and not target.known then call('HSET', keys[3], target.label, target.state) end
    end
    commit(named, rules, version, now, table.concat(labels), table.concat(records))
  end
  local answers = {}
  for i, s in ipairs(all) do answers[i] = pack('>I4c0', #s.answer, s.answer) end
  local reply = table.concat(answers)
  remember_answer(keys[5], args[1], reply)
  return { 'ok', reply }
end)
