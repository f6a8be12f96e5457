-- restore: gives players the entries that they had, or would have, and their histories: order, time and attempts as they are told.
--
-- KEYS 1 board hash · 2 log · 3 periods hash · 4 history hash · 5 writer hash · 6 live channel · 7 moderation hash, then for each target its 5 keys
-- ARGV 1 call number · 2 time in ms · 3 revision of the rules · 4 rules · 5 number of targets, then 3 for each (see common)
--   · why: 'out', 'rollback' or 'rebuild' · the version that this is about · the version that the board must have, or '' where each entry must be what it is said to be
--   then for each entry, packed: B target · B length, player · I2 length, the entry as it is said to be now, packed (empty: none) · I2 length, the entry wanted
--   (empty: none; rank 0: it is looked up) · B 1: the history's first points are there still and stay · I3 how many · I2 length, the points after them (rank 0: as the score would rank now)
-- Periods that are closed, or not kept any more, stay as they are.
-- The log's record is that of a change ('A', see change): 'restore', why, the version.
-- Returns {'rules' | 'none' | 'stale'} as submit does, {'moved'}: the board, or an entry, is another by now, or {'ok', I6 version · I5 entries that changed}

-- Makes a player's history the first `kept` points of what it is (or, where these are lost, a gap), and these after them. A chunk that
-- comes after a gap has its last points only (see keep_history in common). `moves`: standings so far, of the history as it is.
local function rewrite_history(rules, target, history_key, player, moves, whole, kept, points)
  local chunk, within = math.floor(kept / POINTS_IN_CHUNK), kept % POINTS_IN_CHUNK
  local gone, first = {}, chunk + 1
  if not whole then first = math.max(0, math.floor(moves / POINTS_IN_CHUNK) - math.ceil(MOST_POINTS / POINTS_IN_CHUNK) - 1) end
  for number = first, math.floor(moves / POINTS_IN_CHUNK) do gone[#gone + 1] = player .. '\n' .. number end
  if #gone > 0 then in_parts('HDEL', history_key, gone) end
  local field = player .. '\n' .. chunk
  local text = whole and rules.history > 0 and call('HGET', history_key, field) or ''
  local places = math.max(0, math.min(POINTS_IN_CHUNK, moves - 1 - chunk * POINTS_IN_CHUNK))
  text = string.sub(text, 1, math.max(0, within - (places - #text / POINT_BYTES)) * POINT_BYTES)
  if rules.history == 0 then points = '' end
  for at = 1, #points, POINT_BYTES do
    local reached, key, rank, attempts = unpack_struct('>I6i7I4I3', points, at)
    if rank == 0 then rank = call('ZCOUNT', target.rank, '-inf', '(' .. integer(key)) + 1 end
    text = text .. pack('>I6i7I4I3', reached, key, capped(rank, 4294967295), attempts)
    within = within + 1
    if within == POINTS_IN_CHUNK then
      call('HSET', history_key, field, text)
      chunk, within, text = chunk + 1, 0, ''
      field = player .. '\n' .. chunk
    end
  end
  if text == '' then call('HDEL', history_key, field) else call('HSET', history_key, field, text) end
end

-- The entries that are written, by target, and how many of them are to be others; nothing if one is not what it is said to be. `all`: those
-- that stay as they are, too. What is taken out must be known to be out, even where nothing comes of it for now, and the history may be
-- another.
local function read_wanted(args, at, targets, verdicts, must_match, all)
  local wanted, changed = {}, 0
  for number = 1, #targets do wanted[number] = {} end
  for i = at, #args do
    local number, player, expected, entry, whole, kept, points = unpack_struct('>BBc0I2c0I2c0BI3I2c0', args[i])
    local target = targets[number]
    if not target.closed and (target.is_all or target.known) then
      local out = verdicts and is_out(call('HGET', verdicts, player))
      local now = call('HGET', out and target.hidden or target.entry, player) or ''
      if must_match and now ~= expected then return nil end
      if now ~= entry then changed = changed + 1 end
      if now ~= entry or all then
        local known = wanted[number]
        known[#known + 1] = { player = player, out = out, now = now, entry = entry, whole = whole == 1, kept = kept, points = points }
      end
    end
  end
  return wanted, changed
end

-- Moves a target's entries to where they are wanted.
local function restore_target(rules, keys, target, wanted, undo, number)
  local removed, added, fields, gone, steps = {}, {}, {}, {}, {}
  local hidden_fields, hidden_gone = {}, {}
  for _, one in ipairs(wanted) do
    undo[#undo + 1] = pack('>BBc0I2c0', number, #one.player, one.player, #one.now, one.now)
    one.new = one.entry ~= '' and parse_entry(rules, one.entry)
    if one.now ~= '' then
      local old = parse_entry(rules, one.now)
      one.moves = old[5]
      if not one.out then
        removed[#removed + 1] = old[1] .. one.player
        note_step(steps, step_of(rules, old[1], old[2]), old[2], -1)
      end
    end
    if one.new and not one.out then
      added[#added + 1] = integer(one.new[2])
      added[#added + 1] = one.new[1] .. one.player
      note_step(steps, step_of(rules, one.new[1], one.new[2]), one.new[2], 1)
    elseif not one.new then
      local goes = one.out and hidden_gone or gone
      goes[#goes + 1] = one.player
    end
  end
  if #removed > 0 then in_parts('ZREM', target.rank, removed) end
  if #added > 0 then in_parts('ZADD', target.rank, added) end
  if rules.mode == 'dense' then change_steps(target, steps) end
  for _, one in ipairs(wanted) do
    local new = one.new
    if new then
      if new[6] == 0 and one.out then
        new[6] = select(2, would_stand(rules, target, one.player, new[2], new[1]))
      elseif new[6] == 0 then
        new[6] = shown_rank(rules, target, call('ZRANK', target.rank, new[1] .. one.player), new[2], new[1])
      end
      local written = one.out and hidden_fields or fields
      written[#written + 1] = one.player
      written[#written + 1] = pack_entry(rules, new)
    end
    if target.is_all then
      rewrite_history(rules, target, keys.history, one.player, one.moves or 0, one.whole, new and one.kept or 0, one.points)
    end
  end
  if #fields > 0 then in_parts('HSET', target.entry, fields) end
  if #gone > 0 then in_parts('HDEL', target.entry, gone) end
  if #hidden_fields > 0 then in_parts('HSET', target.hidden, hidden_fields) end
  if #hidden_gone > 0 then in_parts('HDEL', target.hidden, hidden_gone) end
  target.touched = true
end

server.register_function('leaderport_restore', function(keys, args)
  begin()
  local write, at = open_write(keys, args, 8, 5, 5)
  if not write then return at end
  local rules, targets = write.rules, write.targets
  local why, about, at_version = args[at], args[at + 1], args[at + 2]
  if at_version ~= '' and tonumber(at_version) ~= write.version then return { 'moved' } end
  local wanted, changed = read_wanted(args, at + 3, targets, open_verdicts(keys[7]), at_version == '', why == 'out')
  if not wanted then return { 'moved' } end
  local undo, version = {}, write.version
  for number, target in ipairs(targets) do
    if #wanted[number] > 0 then restore_target(rules, write.keys, target, wanted[number], undo, number) end
  end
  -- A rollback is noted even if no entry shows it: what counts, by whatever rules, is what counted then.
  if #undo > 0 or why == 'rollback' then
    version = version + 1
    local sent, undone = {}, table.concat(undo)
    for i, text in ipairs({ 'restore', why, about }) do sent[i] = pack('>I4c0', #text, text) end
    sent = table.concat(sent)
    close_write(write, version, 'A' .. pack('>I6I4c0I4c0', version, #sent, sent, #undone, undone))
  end
  local body = pack('>I6I5', version, changed)
  remember_answer(keys[5], args[1], body)
  return { 'ok', body }
end)

-- What a reset has called a target's entries that it set aside.
local function aside_label(target, token) return (target.is_all and 'all:all' or target.label) .. '~' .. token end

-- undo_reset: brings back what a reset has set aside, where nobody has an entry since.
--
-- KEYS 1 to 6 as change · 7 history hash set aside, then for each target its 5 keys, and 5 for what the reset set aside
-- ARGV 1 to 5 and the targets as change · version of the reset · what its labels end with, after a '~'
-- The log's record is that of a change ('A'): 'unreset', the version; nothing undoes it.
-- Returns {'rules' | 'none' | 'stale'} as submit does, {'entries'}: there are entries again, {'gone'}: it is not kept any more,
--   or {'ok', I6 version · I5 entries that are back}
server.register_function('leaderport_undo_reset', function(keys, args)
  begin()
  local write, at = open_write(keys, args, 8, 5, 10)
  if not write then return at end
  local back, entries = {}, 0
  for _, target in ipairs(write.targets) do
    if not target.closed and (target.is_all or target.known) then
      if call('EXISTS', target.rank, target.hidden) > 0 then return { 'entries' } end
      local aside = call('HGET', keys[3], aside_label(target, args[at + 1])) or ''
      local expires = tonumber(string.match(aside, '^aside 0 0 0 (%d+)') or 0)
      if expires > write.now and call('EXISTS', keys[target.at + 5], keys[target.at + 9]) > 0 then back[#back + 1] = target end
    end
  end
  if #back == 0 then return { 'gone' } end
  for _, target in ipairs(back) do
    for i = 0, 4 do
      if call('EXISTS', keys[target.at + 5 + i]) == 1 then call('RENAME', keys[target.at + 5 + i], keys[target.at + i]) end
    end
    if target.is_all and call('EXISTS', keys[7]) == 1 then call('RENAME', keys[7], write.keys.history) end
    call('HDEL', write.keys.periods, aside_label(target, args[at + 1]))
    entries = entries + call('ZCARD', target.rank) + call('HLEN', target.hidden)
  end
  local version, sent = write.version + 1, {}
  for i, text in ipairs({ 'unreset', args[at] }) do sent[i] = pack('>I4c0', #text, text) end
  sent = table.concat(sent)
  close_write(write, version, 'A' .. pack('>I6I4c0I4c0', version, #sent, sent, 0, ''))
  local body = pack('>I6I5', version, entries)
  remember_answer(keys[5], args[1], body)
  return { 'ok', body }
end)

-- places: how many entries of a period are better, by score and tiebreaks, than some standings.
--
-- KEYS 1 rank zset
-- ARGV 1 rules · then for each standing i7 sort key · columns, as order bytes have them
-- Returns a count for each.
server.register_function{
  function_name = 'leaderport_places',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local rules, reply = parse_rules(args[1]), {}
    for i = 2, #args do
      local key = unpack_struct('>i7', args[i])
      reply[i - 1] = count_better(rules, keys[1], key, string.sub(args[i], 8), false)
    end
    return reply
  end
}
