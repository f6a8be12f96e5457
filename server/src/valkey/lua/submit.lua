-- submit: a batch of submissions to one board, decided, written, logged, numbered and published in one step.
--
-- KEYS 1 board hash · 2 log · 3 periods hash · 4 history hash · 5 writer hash · 6 live channel · 7 seen hash of now · 8 of before · 9 of after · 10 activity hash · 11 faces hash · 12 moderation hash · 13 reviews · 14 their ids, then 5 for each target
-- ARGV 1 call number · 2 time in ms · 3 revision of the rules · 4 rules · 5 seconds that seen ids are kept
--      6 number of targets, then 3 for each (see common) · number of sets, then each set: a byte for each of its targets, `all` first
--      · which submissions are brief: a byte for each, 1 if it is; nothing if none is
--      · who each came by, B length in front (0: nobody who is named): an API key's id, `operator <name>` or `admin key`; nothing if none did
--      · which submissions are guarded: I6 the time, ms, since when gains are measured · I7 the most that may be gained, 0: any · a byte for each, 0 it is
--      not, 1 it is, 2 it waits in any case; nothing if none is
--      then each submission, packed: B set · i7 sort key · columns · I6 reached, ms (0, or later than now: now) · B metadata (0 stays, 1 goes, 2 set)
--      · B id's length, id · B player's length, player · I2 metadata's length, metadata
--
-- Returns {'ok', answers} or
--   {'rules'}        the rules are not those, {'none'}: there is no such board
--   {'behind', ms}   a current period is closed: the board's clock is further on
--   {'stale'}        overtaken by a later call of the same writer
--
-- A brief submission has an id that was made of all that it says, and nobody reads its receipt: it is answered without places, and
-- of its id no more is remembered than that it counted.
--
-- Who is kept out of the standings has their entries in the hidden hashes, and is told where they would stand.
--
-- A guarded submission is one of which it was taken for granted that the review queue does not know its id, and that its player does not gain too much.
-- Where that is not so nothing of it is written, nor is it where it waits in any case: it comes back, with what was found.
--
-- Submissions of different players are ranked together, in a round: one read, one write, then each one's place. When a player, or
-- an id, comes up again, what came before is written first. Each answer, one after the other:
--   B 0 counted | 1 counted before | 2 conflict: the id stands for something else | 3 too large for a sum | 4 the player may not submit
--     | 5 the queue knows it: B length, the review's id | 6 it waits, and would not gain too much | 7 it would
--   counted: I6 version · B targets, for each: B label's length, label · B flags (1 improved, 2 had an entry, 4 has one ahead)
--   · i7 key before · I5 rank before · i7 key after · I5 rank after · I5 index · I5 total · i7 key ahead · B length, member ahead
--     (flags & 8: what is shown of whom is ahead, I2 length in front)
--
-- The log's record of a batch holds for each accepted submission (the last one's version is the record's, the others' come before it)
-- the submission as it came, then for each target of its set that was open, in the order of the labels: I2 length, the entry before,
-- packed (empty: none). The record's labels are those of the targets, a '-' before a closed one's; its field 's' has the sets, each with B length in front,
-- and 'k', where there is such a one, the id of the key that each came by, likewise.
--
-- This is the hot path: it keeps what it knows in arrays by submission rather than in a table each, the arrays live on from call to
-- call (tables that grow anew each time cost more than what is in them), and it makes few strings. What stands in an array beyond the
-- size of now is of earlier calls.
local removed, added, fields, players_read = {}, {}, {}, {}
local member_of, order_of, key_of, attempts_of, reached_of, moves_of, rank_of, meta_of = {}, {}, {}, {}, {}, {}, {}, {}
local before_key, before_rank, before_index, flags_of = {}, {}, {}, {}
local batch = {
  set = {}, key = {}, columns = {}, reached = {}, meta_kind = {}, id = {}, player = {}, metadata = {}, raw = {}, version = {}, kind = {},
  count = {}, answers = {}, digest = {}, brief = {}, out = {}, barred = {}, by = {},
  guard = {}, review = {},
}
-- Stands for what a brief submission said: its id does.
local BRIEF = "an import's line"

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

-- The submissions of a round that count in a target, their packed entries, and how many of them are of players in the standings: those come
-- first.
local function read_target(number, target, round)
  local who, n_shown = round, #round
  if batch.mixed or batch.has_out then
    who = {}
    local out = {}
    for _, i in ipairs(round) do
      if batch.sets[batch.set[i]][number] then
        if batch.out[i] then out[#out + 1] = i else who[#who + 1] = i end
      end
    end
    n_shown = #who
    for at, i in ipairs(out) do who[n_shown + at] = i end
  end
  local n = #who
  if n == 0 or target.closed then return {}, {}, 0 end
  for at = 1, n do players_read[at] = batch.player[who[at]] end
  local packed = n_shown > 0 and call('HMGET', target.entry, unpack(players_read, 1, n_shown)) or {}
  if n > n_shown then
    for at, entry in ipairs(call('HMGET', target.hidden, unpack(players_read, n_shown + 1, n))) do packed[n_shown + at] = entry end
  end
  return who, packed, n_shown
end

-- On a board that adds up: which submissions of a round no target has room for.
local function refuse_too_large(rules, reads)
  for number = 1, #reads do
    local who, packed = reads[number][1], reads[number][2]
    for at, i in ipairs(who) do
      if packed[at] and not batch.kind[i] then
        local order, key = unpack_struct(rules.entry, packed[at])
        if not summed(rules, order, key, batch.key[i], batch.columns[i]) then batch.kind[i] = 3 end
      end
    end
  end
end

-- Which guarded submissions of a round come back: those that would gain too much, and those that wait. `who` and `packed` are of the window `all`.
local function send_back(rules, history, who, packed)
  for at, i in ipairs(who) do
    local guard = batch.guard[i]
    if guard ~= 0 then
      if batch.most > 0 and gain_of(rules, history, batch.player[i], packed[at], batch.key[i], batch.since) > batch.most then
        batch.kind[i] = 7
      elseif guard == 2 then
        batch.kind[i] = 6
      end
    end
  end
end

-- Decides what a round does to the entries of one target, and moves those in its standings that move. Returns how many moved or are new there.
local function move_round(rules, keys, target, who, packed, n_shown)
  local keep, width, last, entry_format = rules.keep, rules.width, rules.ties == 'last', rules.entry
  local ordinal, dense, rank_key = rules.mode == 'ordinal', rules.mode == 'dense', target.rank
  local kind, player_of, versions = batch.kind, batch.player, batch.version
  local left, steps, n_removed, n_added = {}, {}, 0, 0
  for at = 1, #who do
    local i = who[at]
    member_of[at] = false
    if not kind[i] then
      local player, key, columns, entry, shown = player_of[i], batch.key[i], batch.columns[i], packed[at], at <= n_shown
      local meta, flags, moved = '', 1, true
      local order, old_key, attempts, reached, moves, rank, next_at
      before_key[at], before_rank[at] = 0, 0
      if entry then
        order, old_key, attempts, reached, moves, rank, next_at = unpack_struct(entry_format, entry)
        if #entry >= next_at then meta = string.sub(entry, next_at) end
        local member = order .. player
        before_key[at] = old_key
        if shown then
          local index = call('ZRANK', rank_key, member)
          before_index[at] = index
          before_rank[at] = ordinal and index + 1 or shown_rank(rules, target, index, old_key, order)
        else
          before_index[at], before_rank[at] = would_stand(rules, target, player, old_key, order)
        end
        if keep == 'sum' then key, columns = summed(rules, order, old_key, key, columns) end
        local difference = key - old_key
        if difference == 0 and width > 0 then difference = compare_columns(rules, columns, order) end
        flags = (difference < 0 and keep ~= 'first') and 3 or 2
        if keep == 'best' then moved = difference < 0 elseif keep == 'first' then moved = false else moved = difference ~= 0 end
        if moved then
          if shown then
            n_removed = n_removed + 1
            removed[n_removed] = member
            if dense then note_step(steps, step_of(rules, order, old_key), old_key, -1) end
          end
          if target.is_all then left[#left + 1] = { player, { order, old_key, attempts, reached, moves, rank } } end
        else
          member_of[at] = member
        end
        if attempts < 16777215 then attempts = attempts + 1 end
      else
        attempts, moves = 1, 0
      end
      local meta_kind = batch.meta_kind[i]
      if meta_kind ~= 0 and (moved or keep == 'last' or keep == 'sum') then meta = meta_kind == 2 and batch.metadata[i] or '' end
      if moved then
        order = pack('>I6', last and LAST_ORDER - versions[i] or versions[i])
        if width > 0 then order = columns .. order end
        local member = order .. player
        if shown then
          added[n_added + 1] = key
          added[n_added + 2] = member
          n_added = n_added + 2
          if dense then note_step(steps, step_of(rules, order, key), key, 1) end
        end
        if moves < 16777215 then moves = moves + 1 end
        member_of[at], reached, rank = member, batch.reached[i], false
      else
        key = old_key
      end
      order_of[at], key_of[at], attempts_of[at], reached_of[at] = order, key, attempts, reached
      moves_of[at], rank_of[at], meta_of[at], flags_of[at] = moves, rank, meta, flags
    end
  end
  if n_removed > 0 then call('ZREM', rank_key, unpack(removed, 1, n_removed)) end
  if n_added > 0 then call('ZADD', rank_key, unpack(added, 1, n_added)) end
  if dense then change_steps(target, steps) end
  if #left > 0 then keep_history(rules, keys.history, left) end
  return n_added
end

-- Applies a round to one target: moves the entries that move, finds every place, writes the entries.
local function apply_to_target(rules, keys, target, who, packed, n_shown)
  local moved = move_round(rules, keys, target, who, packed, n_shown)
  local ordinal, rank_key, entry_format = rules.mode == 'ordinal', target.rank, rules.entry
  local total, n, hidden = call('ZCARD', rank_key), 0, {}
  local parts, count, player_of, brief = batch.parts[target.number], batch.count, batch.player, batch.brief
  for at = 1, #who do
    local i, member = who[at], member_of[at]
    if member then
      local key, shown = key_of[at], at <= n_shown
      local index, rank
      if shown then
        index = moved == 0 and before_index[at] or call('ZRANK', rank_key, member)
        rank = ordinal and index + 1 or shown_rank(rules, target, index, key, member)
      else
        index, rank = would_stand(rules, target, player_of[i], key, order_of[at])
      end
      local entry = pack(entry_format, order_of[at], key, attempts_of[at], reached_of[at], moves_of[at],
        rank_of[at] or (rank < 4294967296 and rank or 4294967295))
      if meta_of[at] ~= '' then entry = entry .. meta_of[at] end
      if shown then
        fields[n + 1], fields[n + 2] = player_of[i], entry
        n = n + 2
      else
        hidden[#hidden + 1] = player_of[i]
        hidden[#hidden + 1] = entry
      end
      if not brief[i] then
        parts[i] = pack_standing(target, flags_of[at], before_key[at], before_rank[at], key, rank, index, shown and total or total + 1,
          batch.faces)
        count[i] = count[i] + 1
      end
    end
  end
  if #hidden > 0 then
    target.touched = true
    call('HSET', target.hidden, unpack(hidden))
  end
  if n > 0 then
    target.touched = true
    call('HSET', target.entry, unpack(fields, 1, n))
  end
end

-- Writes a round into the log's record.
local function log_round(targets, reads, round, records, sizes)
  local n = #records
  -- Where the next one of a target's submissions stands among them: of players in the standings, and of others.
  local places, out_places = {}, {}
  for number = 1, #targets do places[number], out_places[number] = 0, reads[number][3] end
  for _, i in ipairs(round) do
    local set, accepted = batch.sets[batch.set[i]], batch.kind[i] == 0
    if accepted then
      n = n + 1
      records[n] = batch.raw[i]
      if batch.keys then batch.keys[#batch.keys + 1] = batch.by[i] end
    end
    for number = 1, #targets do
      if set[number] then
        local of = batch.out[i] and out_places or places
        of[number] = of[number] + 1
        if accepted then
          local before = reads[number][2][of[number]] or ''
          local size = sizes[#before]
          if not size then
            size = pack('>I2', #before)
            sizes[#before] = size
          end
          records[n + 1], records[n + 2] = size, before
          n = n + 2
        end
      end
    end
  end
end

-- Applies a round. Returns the version after it.
local function apply_round(rules, keys, targets, round, version, records, sizes)
  local reads, kind = {}, batch.kind
  for number, target in ipairs(targets) do reads[number] = { read_target(number, target, round) } end
  if batch.guarded then send_back(rules, keys.history, reads[1][1], reads[1][2]) end
  if rules.keep == 'sum' then refuse_too_large(rules, reads) end
  for _, i in ipairs(round) do
    if not kind[i] then
      version = version + 1
      batch.version[i] = version
    end
  end
  for number, target in ipairs(targets) do
    if #reads[number][1] > 0 then apply_to_target(rules, keys, target, unpack(reads[number])) end
  end
  local heads = {}
  for _, i in ipairs(round) do
    if kind[i] then
      batch.answers[i] = string.char(kind[i])
    else
      local count = batch.count[i]
      heads[count] = heads[count] or pack('>BI6B', 0, version, count)
      kind[i], batch.answers[i] = 0, heads[count]
    end
  end
  log_round(targets, reads, round, records, sizes)
  return version
end

-- Reads the submissions into the arrays, and what is known of their ids.
local function read_batch(args, at, rules, now, seen_keys)
  local brief, by, by_at, guards = args[at], args[at + 1], 1, args[at + 2]
  at = at + 2
  local ids, size = {}, #args - at
  batch.keys = by ~= '' and {} or nil
  batch.guarded = guards ~= ''
  if batch.guarded then batch.since, batch.most = unpack_struct('>I6I7', guards) end
  local set, key, meta_kind, id, player, metadata = batch.set, batch.key, batch.meta_kind, batch.id, batch.player, batch.metadata
  local no_columns = rules.columns == 0
  local format = '>Bi7' .. (no_columns and '' or 'c' .. rules.width) .. 'I6BBc0Bc0I2c0'
  batch.size = size
  for i = 1, size do
    local raw = args[at + i]
    local columns, reached = '', nil
    if no_columns then
      set[i], key[i], reached, meta_kind[i], id[i], player[i], metadata[i] = unpack_struct(format, raw)
    else
      set[i], key[i], columns, reached, meta_kind[i], id[i], player[i], metadata[i] = unpack_struct(format, raw)
    end
    batch.raw[i], batch.columns[i], batch.reached[i] = raw, columns, (reached == 0 or reached > now) and now or reached
    batch.kind[i], batch.count[i], batch.brief[i] = false, 0, string.byte(brief, i) == 1
    batch.out[i], batch.barred[i] = false, false
    if batch.keys then
      local ends = by_at + string.byte(by, by_at)
      batch.by[i], by_at = string.sub(by, by_at, ends), ends + 1
    end
    if batch.guarded then batch.guard[i], batch.review[i] = string.byte(guards, 13 + i), false end
    if set[i] ~= 1 then batch.mixed = true end
    if id[i] ~= '' then ids[#ids + 1] = id[i] end
  end
  local seen = {}
  if #ids > 0 then
    for _, key in ipairs(seen_keys) do
      if call('EXISTS', key) == 1 then
        local found = call('HMGET', key, unpack(ids))
        for i, id in ipairs(ids) do
          if found[i] then seen[id] = seen[id] or found[i] end
        end
      end
    end
  end
  return seen
end

-- Notes whom operators keep out of the standings, or from submitting.
local function read_verdicts(key)
  batch.has_out = false
  if not open_verdicts(key) then return end
  for i, verdict in ipairs(call('HMGET', key, unpack(batch.player, 1, batch.size))) do
    batch.out[i], batch.barred[i] = is_out(verdict), is_barred(verdict)
    batch.has_out = batch.has_out or batch.out[i]
  end
end

-- Notes which guarded submissions the review queue knows.
local function read_reviews(reviews, ids, now)
  if not batch.guarded or call('EXISTS', ids) == 0 then return end
  local asked, own = {}, {}
  for i = 1, batch.size do
    if batch.guard[i] ~= 0 and batch.id[i] ~= '' then asked[#asked + 1], own[#own + 1] = i, batch.id[i] end
  end
  if #own == 0 then return end
  for at, review in ipairs(call('HMGET', ids, unpack(own))) do
    if review and stands_for_id(reviews, review, now) then batch.review[asked[at]] = review end
  end
end

-- What a submission's id stands for: all that was sent, in the units it was sent in. The set, its first byte, depends on when it came.
local function digest_of(i, decimals)
  if batch.brief[i] then return BRIEF end
  return string.sub(server.sha1hex(string.sub(batch.raw[i], 2) .. decimals), 1, 16)
end

-- A submission's answer, whole.
local function answer_of(i)
  if batch.brief[i] then return batch.answers[i] end
  local pieces = { batch.answers[i] }
  if batch.kind[i] == 0 then
    for number = 1, #batch.parts do pieces[#pieces + 1] = batch.parts[number][i] or '' end
  end
  return table.concat(pieces)
end

-- Applies a batch, round by round. Returns the version after it, the ids to remember with their answers, and the log's record.
local function apply_batch(seen, rules, keys, targets, version)
  local new_ids, records, sizes = {}, {}, {}
  local round, players, ids = {}, {}, {}
  local function flush()
    if #round == 0 then return end
    version = apply_round(rules, keys, targets, round, version, records, sizes)
    for _, i in ipairs(round) do
      local id = batch.id[i]
      if id ~= '' and batch.kind[i] == 0 then
        seen[id] = batch.digest[i] .. answer_of(i)
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
      batch.digest[i] = digest_of(i, rules.decimals)
      known = seen[id]
    end
    local review = batch.guarded and batch.review[i]
    if review then
      batch.kind[i], batch.answers[i] = 5, '\5' .. pack('>Bc0', #review, review)
    elseif not known and batch.barred[i] then
      batch.kind[i], batch.answers[i] = 4, '\4'
    elseif not known then
      round[#round + 1] = i
      players[player] = true
      if id ~= '' then ids[id] = true end
    elseif string.sub(known, 1, 16) == batch.digest[i] then
      batch.kind[i], batch.answers[i] = 1, '\1' .. string.sub(known, 18)
    else
      batch.kind[i], batch.answers[i] = 2, '\2'
    end
  end
  flush()
  return version, new_ids, table.concat(records)
end

-- The answers of the whole batch, one after the other.
local function answers_of()
  local pieces, parts, n = {}, batch.parts, 0
  local targets = #parts
  for i = 1, batch.size do
    n = n + 1
    pieces[n] = batch.answers[i]
    if batch.kind[i] == 0 then
      for number = 1, targets do
        local part = parts[number][i]
        if part then
          n = n + 1
          pieces[n] = part
        end
      end
    end
  end
  return table.concat(pieces)
end

-- Hours whose activity is kept: 400 days.
local ACTIVE_HOURS = 9600

-- Counts submissions in their hour. With each new hour, those that are too old go.
local function count_activity(key, now, submissions)
  local hour = math.floor(now / 3600000)
  if call('HINCRBY', key, integer(hour), submissions) ~= submissions then return end
  local old = {}
  for _, known in ipairs(call('HKEYS', key)) do
    if tonumber(known) <= hour - ACTIVE_HOURS then old[#old + 1] = known end
  end
  if #old > 0 then in_parts('HDEL', key, old) end
end

server.register_function('leaderport_submit', function(keys, args)
  begin()
  local write, at = open_write(keys, args, 15, 6, 5)
  if not write then return at end
  local rules, targets, first_version = write.rules, write.targets, write.version
  local sets, sent_sets, n_sets = {}, {}, tonumber(args[at])
  batch.mixed = n_sets > 1
  for i = 1, n_sets do
    local set = {}
    for _, number in ipairs({ string.byte(args[at + i], 1, -1) }) do
      if not targets[number].closed then set[number] = true end
    end
    sets[i], sent_sets[i] = set, pack('>Bc0', #args[at + i], args[at + i])
  end
  batch.sets, batch.parts, batch.faces = sets, {}, open_faces(keys[11], rules)
  for number, target in ipairs(targets) do target.number, batch.parts[number] = number, {} end

  local seen = read_batch(args, at + 1 + n_sets, rules, write.now, { keys[7], keys[8], keys[9] })
  read_verdicts(keys[12])
  read_reviews(keys[13], keys[14], write.now)
  local version, new_ids, records = apply_batch(seen, rules, write.keys, targets, first_version)
  if #new_ids > 0 then
    call('HSET', keys[7], unpack(new_ids))
    call('EXPIRE', keys[7], args[5])
  end
  if version > first_version then
    close_write(write, version, records, table.concat(sent_sets), batch.keys and table.concat(batch.keys))
    count_activity(keys[10], write.now, version - first_version)
  end
  local reply = answers_of()
  remember_answer(keys[5], args[1], reply)
  return { 'ok', reply }
end)
