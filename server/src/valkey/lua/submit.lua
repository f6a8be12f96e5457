-- submit: a batch of submissions to one board, decided, written, logged, numbered and published in one step.
--
-- KEYS 1 board hash · 2 log · 3 periods hash · 4 history hash · 5 writer hash · 6 live channel · 7 seen hash of now · 8 of before · 9 of after, then 4 for each target
-- ARGV 1 call number · 2 time in ms · 3 revision of the rules · 4 rules · 5 seconds that seen ids are kept
--      6 number of targets, then 3 for each (see common) · number of sets, then each set: a byte for each of its targets, `all` first
--      then each submission, packed: B set · i7 sort key · columns · I6 reached, ms (0, or later than now: now) · B metadata (0 stays, 1 goes, 2 set)
--      · B id's length, id · B player's length, player · I2 metadata's length, metadata
--
-- Returns {'ok', answers} or
--   {'rules'}        the rules are not those, {'none'}: there is no such board
--   {'behind', ms}   a current period is closed: the board's clock is further on
--   {'stale'}        overtaken by a later call of the same writer
--
-- Submissions of different players are ranked together, in a round: one read, one write, then each one's place. When a player, or
-- an id, comes up again, what came before is written first. Each answer, one after the other:
--   B 0 counted | 1 counted before | 2 conflict: the id stands for something else | 3 too large for a sum
--   counted: I6 version · B targets, for each: B label's length, label · B flags (1 improved, 2 had an entry, 4 has one ahead)
--   · i7 key before · I5 rank before · i7 key after · I5 rank after · I5 index · I5 total · i7 key ahead · B length, member ahead
--
-- The log's record of a batch holds for each accepted submission: 'S' · I6 version · I2 length, the submission as it came · B targets,
-- for each B its place among the labels · I2 length, the entry before, packed (empty: none).
--
-- This is the hot path: it keeps what it knows in arrays by submission rather than in a table each, and makes few strings.

-- Key and column bytes after a submission to a board that adds up; nothing if they would be too large.
local function summed(rules, old_order, old_key, key, columns)
  key = old_key + key
  if key > MAX or key < -MAX then return nil end
  if rules.columns == 0 then return key, '' end
  local sums = {}
  for at = 1, rules.width, 7 do
    local value = column_value(old_order, at) + column_value(columns, at)
    if value > MAX or value < -MAX then return nil end
    sums[#sums + 1] = column_bytes(value)
  end
  return key, table.concat(sums)
end

-- The submissions of a round that count in a target, and their packed entries.
local function read_target(batch, number, target, round)
  local who, players = {}, {}
  for _, i in ipairs(round) do
    if batch.sets[batch.set[i]][number] then
      who[#who + 1] = i
      players[#players + 1] = batch.player[i]
    end
  end
  if #who == 0 then return who, {} end
  return who, call('HMGET', target.entry, unpack(players))
end

-- On a board that adds up: which submissions of a round no target has room for.
local function refuse_too_large(batch, rules, reads, round)
  for number = 1, #reads do
    local who, packed = reads[number][1], reads[number][2]
    for at, i in ipairs(who) do
      if packed[at] then
        local order, key = unpack_struct(rules.entry, packed[at])
        if not summed(rules, order, key, batch.key[i], batch.columns[i]) then batch.kind[i] = 3 end
      end
    end
  end
end

-- Applies a round to one target: moves the entries that move, finds every place, writes the entries.
local function apply_to_target(batch, rules, keys, number, target, who, packed)
  local mode, keep, width, last = rules.mode, rules.keep, rules.width, rules.ties == 'last'
  local ordinal, dense, rank_key = mode == 'ordinal', mode == 'dense', target.rank
  local removed, added, left, steps = {}, {}, {}, {}
  local members, new_keys, heads, metas, had, before_key, before_rank, before_index, improved, moved_at = {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
  for at, i in ipairs(who) do
    if not batch.kind[i] then
      local player, key, columns = batch.player[i], batch.key[i], batch.columns[i]
      local entry = packed[at]
      local moved, better, meta = true, true, ''
      local attempts, moves, member = 0, 0, nil
      if entry then
        local order, old_key, old_attempts, reached, old_moves, rank, next_at = unpack_struct(rules.entry, entry)
        attempts, moves = old_attempts, old_moves
        if #entry >= next_at then meta = string.sub(entry, next_at) end
        member = order .. player
        local index = call('ZRANK', rank_key, member)
        had[at], before_key[at], before_index[at] = true, old_key, index
        before_rank[at] = ordinal and index + 1 or shown_rank(rules, target, index, old_key, order)
        if keep == 'sum' then key, columns = summed(rules, order, old_key, key, columns) end
        local difference = key - old_key
        if difference == 0 and width > 0 then difference = compare_columns(rules, columns, order) end
        better = difference < 0
        if keep == 'best' then
          moved = better
        elseif keep == 'first' then
          moved, better = false, false
        else
          moved = difference ~= 0
        end
        if attempts < 16777215 then attempts = attempts + 1 end
        if moved then
          removed[#removed + 1] = member
          if dense then note_step(steps, step_of(rules, order, old_key), old_key, -1) end
          if target.is_all then left[#left + 1] = { player, { order, old_key, old_attempts, reached, old_moves, rank } } end
        else
          key = old_key
          heads[at] = pack(rules.entry, order, old_key, attempts, reached, old_moves, rank)
        end
      else
        attempts = 1
      end
      if moved or keep == 'last' or keep == 'sum' then
        local meta_kind = batch.meta_kind[i]
        if meta_kind == 2 then meta = batch.metadata[i] elseif meta_kind == 1 then meta = '' end
      end
      if moved then
        local order = pack('>I6', last and LAST_ORDER - batch.version[i] or batch.version[i])
        if width > 0 then order = columns .. order end
        member = order .. player
        added[#added + 1] = key
        added[#added + 1] = member
        if dense then note_step(steps, step_of(rules, order, key), key, 1) end
        if moves < 16777215 then moves = moves + 1 end
        heads[at] = pack(rules.head, order, key, attempts, batch.reached[i], moves)
        moved_at[at] = true
      end
      members[at], new_keys[at], metas[at], improved[at] = member, key, meta, better
    end
  end
  if #removed > 0 then call('ZREM', rank_key, unpack(removed)) end
  if #added > 0 then call('ZADD', rank_key, unpack(added)) end
  if dense then change_steps(target, steps) end
  if #left > 0 then keep_history(rules, keys.history, left) end

  local total, label, fields = call('ZCARD', rank_key), target.label, {}
  local nothing_moved = #added == 0
  for at, i in ipairs(who) do
    local member = members[at]
    if member then
      local key, index = new_keys[at], nil
      if nothing_moved then index = before_index[at] else index = call('ZRANK', rank_key, member) end
      local rank = ordinal and index + 1 or shown_rank(rules, target, index, key, member)
      local entry = heads[at]
      if moved_at[at] then entry = entry .. pack('>I4', rank < 4294967296 and rank or 4294967295) end
      if metas[at] ~= '' then entry = entry .. metas[at] end
      fields[#fields + 1] = batch.player[i]
      fields[#fields + 1] = entry
      local flags, ahead, ahead_key = improved[at] and 1 or 0, '', 0
      if had[at] then flags = flags + 2 end
      if index > 0 then
        local found = call('ZRANGE', rank_key, index - 1, index - 1, 'WITHSCORES')
        flags, ahead, ahead_key = flags + 4, found[1], tonumber(found[2])
      end
      local part = pack('>Bc0Bi7I5i7I5I5I5i7Bc0', #label, label, flags, before_key[at] or 0, before_rank[at] or 0, key, rank, index, total,
        ahead_key, #ahead, ahead)
      local parts = batch.parts[i]
      batch.parts[i], batch.count[i] = parts and parts .. part or part, (batch.count[i] or 0) + 1
    end
  end
  if #fields > 0 then
    target.touched = true
    call('HSET', target.entry, unpack(fields))
  end
end

-- Applies a round. Returns the version after it.
local function apply_round(batch, rules, keys, targets, round, version)
  local reads = {}
  for number, target in ipairs(targets) do reads[number] = { read_target(batch, number, target, round) } end
  if rules.keep == 'sum' then refuse_too_large(batch, rules, reads, round) end
  for _, i in ipairs(round) do
    if not batch.kind[i] then
      version = version + 1
      batch.version[i] = version
    end
  end
  for number, target in ipairs(targets) do
    if #reads[number][1] > 0 then apply_to_target(batch, rules, keys, number, target, reads[number][1], reads[number][2]) end
  end
  -- What each submission found in each target, by its place among the round's.
  local places, records = {}, batch.records
  for number = 1, #targets do places[number] = 0 end
  for _, i in ipairs(round) do
    local set, accepted = batch.sets[batch.set[i]], not batch.kind[i]
    if accepted then
      batch.kind[i] = 0
      batch.answer[i] = pack('>BI6B', 0, version, batch.count[i]) .. batch.parts[i]
      local raw = batch.raw[i]
      records[#records + 1] = pack('>c1I6I2', 'S', batch.version[i], #raw)
      records[#records + 1] = raw
      records[#records + 1] = string.char(batch.count[i])
    else
      batch.answer[i] = string.char(3)
    end
    for number = 1, #targets do
      if set[number] then
        places[number] = places[number] + 1
        if accepted then
          local before = reads[number][2][places[number]] or ''
          records[#records + 1] = pack('>BI2', number, #before)
          records[#records + 1] = before
        end
      end
    end
  end
  return version
end

-- Reads the submissions into arrays, and what is known of their ids.
local function read_batch(args, at, rules, now, sets, seen_keys)
  local batch = {
    sets = sets, set = {}, key = {}, columns = {}, reached = {}, meta_kind = {}, id = {}, player = {}, metadata = {}, raw = {},
    version = {}, kind = {}, parts = {}, count = {}, answer = {}, records = {}, size = #args - at + 1,
  }
  local ids = {}
  local columns_format = rules.columns == 0 and '' or 'c' .. rules.width
  local format = '>Bi7' .. columns_format .. 'I6BBc0Bc0I2c0'
  for i = 1, batch.size do
    local raw = args[at + i - 1]
    local columns, reached = '', nil
    if rules.columns == 0 then
      batch.set[i], batch.key[i], reached, batch.meta_kind[i], batch.id[i], batch.player[i], batch.metadata[i] = unpack_struct(format, raw)
    else
      batch.set[i], batch.key[i], columns, reached, batch.meta_kind[i], batch.id[i], batch.player[i], batch.metadata[i] = unpack_struct(format, raw)
    end
    batch.raw[i], batch.columns[i], batch.reached[i] = raw, columns, (reached == 0 or reached > now) and now or reached
    if batch.id[i] ~= '' then ids[#ids + 1] = batch.id[i] end
  end
  local seen = {}
  if #ids > 0 then
    for _, key in ipairs(seen_keys) do
      local found = call('HMGET', key, unpack(ids))
      for i, id in ipairs(ids) do seen[id] = seen[id] or found[i] end
    end
  end
  return batch, seen
end

-- What a submission's id stands for: all that was sent. The set, its first byte, depends on when it came.
local function digest_of(raw) return string.sub(server.sha1hex(string.sub(raw, 2)), 1, 16) end

-- Applies a batch, round by round. Returns the version after it, and the ids to remember with their answers.
local function apply_batch(batch, seen, rules, keys, targets, version)
  local new_ids, round, players, ids, digests = {}, {}, {}, {}, {}
  local function flush()
    if #round == 0 then return end
    version = apply_round(batch, rules, keys, targets, round, version)
    for _, i in ipairs(round) do
      local id = batch.id[i]
      if id ~= '' and batch.kind[i] == 0 then
        seen[id] = digests[i] .. batch.answer[i]
        new_ids[#new_ids + 1] = id
        new_ids[#new_ids + 1] = seen[id]
      end
    end
    round, players, ids = {}, {}, {}
  end
  for i = 1, batch.size do
    local id, player = batch.id[i], batch.player[i]
    if players[player] or ids[id] then flush() end
    local known
    if id ~= '' then
      digests[i] = digest_of(batch.raw[i])
      known = seen[id]
    end
    if not known then
      round[#round + 1] = i
      players[player] = true
      if id ~= '' then ids[id] = true end
    elseif string.sub(known, 1, 16) == digests[i] then
      batch.answer[i] = string.char(1) .. string.sub(known, 18)
    else
      batch.answer[i] = string.char(2)
    end
  end
  flush()
  return version, new_ids
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
  local targets, at, behind = read_targets(keys, 10, args, 6, keys[3], 4)
  if behind then return { 'behind', board[2] or '0' } end
  local sets = {}
  for i = 1, tonumber(args[at]) do
    local set = {}
    for _, number in ipairs({ string.byte(args[at + i], 1, -1) }) do
      if not targets[number].closed then set[number] = true end
    end
    sets[i] = set
  end

  local batch, seen = read_batch(args, at + 1 + #sets, rules, now, sets, { keys[7], keys[8], keys[9] })
  local first_version = tonumber(board[1] or 0)
  local version, new_ids = apply_batch(batch, seen, rules, named, targets, first_version)
  if #new_ids > 0 then
    call('HSET', keys[7], unpack(new_ids))
    call('EXPIRE', keys[7], args[5])
  end
  if version > first_version then
    local labels = {}
    for i, target in ipairs(targets) do
      labels[i] = pack('>Bc0', #target.label, target.label)
      if target.touched and not target.is_all and not target.known then call('HSET', keys[3], target.label, target.state) end
    end
    commit(named, rules, version, now, tonumber(board[2] or 0), table.concat(labels), table.concat(batch.records))
  end
  local reply = table.concat(batch.answer)
  remember_answer(keys[5], args[1], reply)
  return { 'ok', reply }
end)
