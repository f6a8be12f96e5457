-- common: what several functions of the library share.
--
-- Rules, as functions get them in one text: "<keep> <tie order> <rank mode> <columns> <history> <log> <decimals>":
--   keep best|last|sum|first · ties first|last · ranks ordinal|competition|modified|dense · number of tiebreak columns ·
--   points of history kept for each player · records of the log kept · decimals of a score
--
-- An entry, as the entry hash holds it (big-endian; `app`'s values, smaller is better):
--   order bytes: 7 for each column (value + 2^53), then 6: the version at which the standing was reached (or 2^48−1 minus it)
--   i7 sort key · I3 attempts · I6 reached, ms · I3 moves: standings so far · I4 rank when reached · metadata, JSON text
-- Its member in the rank zset: order bytes, then the player.
--
-- A target is a period of a window that a call touches. Its five keys: rank zset · entry hash · steps zset · counts hash · hidden hash.
-- Steps and counts are for dense boards alone: the distinct standings, and how many entries share each. The hidden hash has the entries of
-- players whom operators keep out of the standings; nothing else has them.
--
-- A verdict, as the moderation hash holds it for each player whom operators have decided about:
--   state: v visible, h hidden, s shadow-banned, b banned · 1 they may submit, 0 they may not · I6 since when, ms · the reason

local TWO32, BIAS, MAX = 4294967296, 2097152, 9007199254740991
local LAST_ORDER = 281474976710655
local POINTS_IN_CHUNK, POINT_BYTES = 16, 20
local DAY_MS = 86400000
-- The most points that any rules keep of a history.
local MOST_POINTS = 1000

-- What Valkey lends to functions is not there yet while the library is loaded: each function takes it when it starts.
local pack, unpack_struct, call
local function begin() pack, unpack_struct, call = struct.pack, struct.unpack, server.call end

-- Entry attempts and moves stop counting at what 3 bytes hold, ranks at what 4 do.
local function capped(n, most) if n > most then return most end return n end

local function parse_rules(text)
  local keep, ties, mode, columns, history, log, decimals = string.match(text, '^(%a+) (%a+) (%a+) (%d+) (%d+) (%d+) (%d)$')
  columns = tonumber(columns)
  return {
    keep = keep, ties = ties, mode = mode, columns = columns, width = 7 * columns,
    history = tonumber(history), log = tonumber(log), decimals = decimals,
    entry = '>c' .. (7 * columns + 6) .. 'i7I3I6I3I4',
  }
end

-- {version, time of the last change in ms} as a board's hash holds them.
local function version_of(key)
  local fields = call('HMGET', key, 'version', 'updated')
  return tonumber(fields[1] or 0), tonumber(fields[2] or 0)
end

local function integer(n) return string.format('%.0f', n) end

-- Order bytes of a standing with these column bytes, reached at this version.
local function order_bytes(rules, columns, version)
  if rules.ties == 'last' then version = LAST_ORDER - version end
  return columns .. pack('>I6', version)
end

-- One column's value out of its bytes, and back.
local function column_value(bytes, at)
  local high, low = unpack_struct('>I3I4', bytes, at)
  return (high - BIAS) * TWO32 + low
end

local function column_bytes(value)
  local high = math.floor(value / TWO32)
  return pack('>I3I4', high + BIAS, value - high * TWO32)
end

-- Compares column bytes as numbers: strings compare by locale. < 0: `a` is better.
local function compare_columns(rules, a, b)
  for at = 1, rules.width, 7 do
    local a_high, a_low = unpack_struct('>I3I4', a, at)
    local b_high, b_low = unpack_struct('>I3I4', b, at)
    if a_high ~= b_high then return a_high - b_high end
    if a_low ~= b_low then return a_low - b_low end
  end
  return 0
end

-- Compares members as Valkey orders those of equal sort keys, byte by byte: strings compare by locale. < 0: `a` comes first.
local function compare_bytes(a, b)
  for at = 1, math.min(#a, #b) do
    local difference = string.byte(a, at) - string.byte(b, at)
    if difference ~= 0 then return difference end
  end
  return #a - #b
end

-- How many entries are better than a standing, or (`or_equal`) at least as good.
local function count_better(rules, rank_key, key, columns, or_equal)
  local text = integer(key)
  if rules.columns == 0 then
    return call('ZCOUNT', rank_key, '-inf', or_equal and text or ('(' .. text))
  end
  -- Equal sort keys stand together, by columns: the place is found by halving.
  local low = call('ZCOUNT', rank_key, '-inf', '(' .. text)
  local high = call('ZCOUNT', rank_key, '-inf', text)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local member = call('ZRANGE', rank_key, middle, middle)[1]
    local order = compare_columns(rules, member, columns)
    if order < 0 or (or_equal and order == 0) then low = middle + 1 else high = middle end
  end
  return low
end

-- A standing as the steps zset names it, out of its order bytes and its key: equal standings have equal names.
local function step_of(rules, order, key) return string.sub(order, 1, rules.width) .. pack('>i7', key) end

-- The rank that is shown for the entry at an index, which has this key and these order bytes.
local function shown_rank(rules, target, index, key, order)
  local mode = rules.mode
  if mode == 'ordinal' then return index + 1 end
  if mode == 'competition' then return count_better(rules, target.rank, key, order, false) + 1 end
  if mode == 'modified' then return count_better(rules, target.rank, key, order, true) end
  return call('ZRANK', target.steps, step_of(rules, order, key)) + 1
end

-- Calls a command that takes many values, some thousand at a time.
local function in_parts(command, key, values)
  for first = 1, #values, 4000 do
    call(command, key, unpack(values, first, math.min(first + 3999, #values)))
  end
end

-- Applies {step → {change of its count, sort key}} to a target of a dense board.
local function change_steps(target, changes)
  local steps = {}
  for step, change in pairs(changes) do
    if change[1] ~= 0 then steps[#steps + 1] = step end
  end
  -- The order of a table's keys is arbitrary, and what is written must not depend on it.
  table.sort(steps, function(a, b) return changes[a][2] < changes[b][2] end)
  for _, step in ipairs(steps) do
    local count = call('HINCRBY', target.counts, step, changes[step][1])
    if count <= 0 then
      call('HDEL', target.counts, step)
      call('ZREM', target.steps, step)
    else
      call('ZADD', target.steps, changes[step][2], step)
    end
  end
end

local function note_step(changes, step, key, by)
  local change = changes[step]
  if change then change[1] = change[1] + by else changes[step] = { by, key } end
end

-- The fields of the history hash that hold so many of a player's newest points. No player's id has a line end.
local function history_fields(points, player, moves)
  local fields = {}
  local last = math.floor(moves / POINTS_IN_CHUNK)
  local first = math.max(0, last - math.ceil(points / POINTS_IN_CHUNK) - 1)
  for chunk = first, last do fields[#fields + 1] = player .. '\n' .. chunk end
  return fields
end

local function parse_entry(rules, packed)
  local order, key, attempts, reached, moves, rank, next_at = unpack_struct(rules.entry, packed)
  return { order, key, attempts, reached, moves, rank, string.sub(packed, next_at) }
end

local function pack_entry(rules, entry)
  return pack(rules.entry, entry[1], entry[2], entry[3], entry[4], entry[5], capped(entry[6], 4294967295)) .. entry[7]
end

-- Adds the standings that entries left to their players' histories. `left`: {player, entry} pairs.
-- A point has its place by its number, so a chunk with fewer points than it has places comes after a gap: what is before it is not
-- shown. Where the rules keep nothing the chunk goes, so that there is such a gap should they keep something again.
local function keep_history(rules, history_key, left)
  if #left == 0 then return end
  local fields, old = {}, {}
  local none = rules.history == 0
  local most = none and 0 or math.ceil(rules.history / POINTS_IN_CHUNK) + 1
  for i, one in ipairs(left) do
    local point = one[2][5] - 1
    local number = math.floor(point / POINTS_IN_CHUNK)
    fields[i] = one[1] .. '\n' .. number
    if point % POINTS_IN_CHUNK == 0 then
      -- The rules may have kept more before.
      local first = math.max(0, number - math.ceil(MOST_POINTS / POINTS_IN_CHUNK) - 1)
      for chunk = first, number - most do old[#old + 1] = one[1] .. '\n' .. chunk end
    elseif none then
      old[#old + 1] = fields[i]
    end
  end
  if #old > 0 then in_parts('HDEL', history_key, old) end
  if none then return end
  local chunks = call('HMGET', history_key, unpack(fields))
  local writes = {}
  for i, one in ipairs(left) do
    local entry = one[2]
    writes[#writes + 1] = fields[i]
    writes[#writes + 1] = (chunks[i] or '') .. pack('>I6i7I4I3', entry[4], entry[2], entry[6], entry[3])
  end
  call('HSET', history_key, unpack(writes))
end

-- The index that a member with this sort key has, or would have, among the others, and whether it is there.
local function place_of(rank_key, key, member)
  local low = call('ZCOUNT', rank_key, '-inf', '(' .. key)
  local high = call('ZCOUNT', rank_key, '-inf', key)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local order = compare_bytes(call('ZRANGE', rank_key, middle, middle)[1], member)
    if order == 0 then return middle, true end
    if order < 0 then low = middle + 1 else high = middle end
  end
  return low, false
end

-- A board's verdicts, if there are any: without one nothing is looked up.
local function open_verdicts(key)
  if call('EXISTS', key) == 1 then return key end
end

-- Whether a verdict (false: none) keeps a player's entries out of the standings.
local function is_out(verdict) return verdict and string.sub(verdict, 1, 1) ~= 'v' end

-- Whether a verdict keeps a player from submitting.
local function is_barred(verdict)
  return verdict and (string.sub(verdict, 1, 1) == 'b' or string.sub(verdict, 2, 2) == '0')
end

-- Whether a review stands for the id of its submission. One that waits, or was rejected, does for good; one that counts does for the day in which the
-- board is sure to have its receipt: from then on it may be another submission's.
local function stands_for_id(reviews, review, now)
  local known = call('HGET', reviews, review)
  if not known then return false end
  known = cjson.decode(known)
  if known.state == 'waiting' or known.state == 'rejected' then return true end
  local decision = known.decision
  -- A null is not nil.
  return (type(decision) == 'table' and decision.at or known.received) + DAY_MS > now
end

-- Where an entry that is kept out of a target's standings would stand: its index, and the rank that would be shown.
local function would_stand(rules, target, player, key, order)
  local index = place_of(target.rank, integer(key), order .. player)
  local mode = rules.mode
  if mode == 'competition' then return index, count_better(rules, target.rank, key, order, false) + 1 end
  if mode == 'modified' then return index, count_better(rules, target.rank, key, order, true) + 1 end
  if mode == 'dense' then return index, place_of(target.steps, integer(key), step_of(rules, order, key)) + 1 end
  return index, index + 1
end

-- The entry of a player who is kept out of the standings, for whom it may be shown to: 'alone' where the player is asked for by name and
-- nobody else is told, and who is shadow-banned sees themself; 'operators' whoever it is of; false if there is none.
local function own_hidden(hidden_key, moderation_key, player, sight)
  if sight == 'others' then return false end
  local verdict = call('HGET', moderation_key, player)
  if not is_out(verdict) or (sight == 'alone' and string.sub(verdict, 1, 1) ~= 's') then return false end
  return call('HGET', hidden_key, player)
end

-- A closed period has so many entries more.
local function count_in_closed(periods_key, label, more)
  if more == 0 then return end
  local head, total, rest = string.match(call('HGET', periods_key, label) or '', '^(closed %d+ %d+ %d+ %d+) (%d+)(.*)$')
  if head then call('HSET', periods_key, label, head .. ' ' .. integer(tonumber(total) + more) .. rest) end
end

-- The targets of a call, from its keys and arguments on: for each a label ('' is the window `all`; else window:period), a
-- state ("open <start> <end> <close> <expires>"), and 'current' or 'late'.
-- Returns the targets, the argument after them, and whether a current one is closed: the caller's clock is behind.
local function read_targets(keys, first_key, args, first_arg, periods_key, width)
  local targets, labels, wanted = {}, {}, {}
  local n = tonumber(args[first_arg])
  for i = 1, n do
    local key, arg = first_key + (i - 1) * width, first_arg + 1 + (i - 1) * 3
    local target = {
      rank = keys[key], entry = keys[key + 1], steps = keys[key + 2], counts = keys[key + 3], hidden = keys[key + 4], at = key,
      label = args[arg], state = args[arg + 1], late = args[arg + 2] == 'late', is_all = args[arg] == '',
    }
    targets[i] = target
    if not target.is_all then labels[#labels + 1] = target.label; wanted[#wanted + 1] = target end
  end
  local behind = false
  if #labels > 0 then
    local known = call('HMGET', periods_key, unpack(labels))
    for i, target in ipairs(wanted) do
      if known[i] and string.sub(known[i], 1, 4) ~= 'open' then
        target.closed = true
        if not target.late then behind = true end
      end
      target.known = known[i]
    end
  end
  return targets, first_arg + 1 + n * 3, behind
end

-- The answer that a writer got to this call before, or to none: a client may replay a call whose answer was lost, and each writer
-- has one call in flight. {'stale'}: a later call has overtaken it, nobody waits for it any more.
local function earlier_answer(writer_key, number)
  local last = call('HMGET', writer_key, 'call', 'reply')
  if not last[1] then return nil end
  local last_number = tonumber(last[1])
  if last_number == number then return { 'ok', last[2] } end
  if last_number > number then return { 'stale' } end
  return nil
end

local function remember_answer(writer_key, number, reply)
  call('HSET', writer_key, 'call', number, 'reply', reply)
  call('EXPIRE', writer_key, 3600)
end

-- The labels of a call's targets, for the log: each with B length in front, a '-' before that of a closed one.
local function labels_of(targets)
  local labels = {}
  for i, target in ipairs(targets) do
    local label = (target.closed and '-' or '') .. target.label
    labels[i] = pack('>Bc0', #label, label)
  end
  return table.concat(labels)
end

-- How a write to entries begins, with the keys and arguments that submit and change have in common: KEYS 1 board hash · 2 log ·
-- 3 periods hash · 4 history hash · 5 writer hash · 6 live channel; ARGV 1 call number · 2 time in ms · 3 revision of the rules · 4 rules.
-- The targets' keys and arguments start at `first_key` and `first_arg`, `width` keys for each.
-- Returns the write and the argument after the targets, or nothing and the answer that it ends with.
local function open_write(keys, args, first_key, first_arg, width)
  local earlier = earlier_answer(keys[5], tonumber(args[1]))
  if earlier then return nil, earlier end
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
  if not board[3] then return nil, { 'none' } end
  if board[3] ~= args[3] then return nil, { 'rules' } end
  local targets, at, behind = read_targets(keys, first_key, args, first_arg, keys[3], width)
  if behind then return nil, { 'behind', board[2] or '0' } end
  return {
    keys = { board = keys[1], log = keys[2], periods = keys[3], history = keys[4], live = keys[6] },
    rules = parse_rules(args[4]), now = tonumber(args[2]), targets = targets,
    version = tonumber(board[1] or 0), updated = tonumber(board[2] or 0),
  }, at
end

-- Numbers and publishes a change: the board's new version and time, the record in its log, the word to those who watch.
-- `updated` is when the board last changed: its time never goes back. `records` are the log's, each starts with its kind; what is
-- older than the rules keep is cut off; without rules nothing is. What everybody sees of a frozen board moves where something was done
-- about it behind it as well: the log has it from there.
local function commit(keys, rules, version, now, updated, labels, records, sets, by)
  local text, time = integer(version), integer(math.max(now, updated))
  call('HSET', keys.board, 'version', text, 'updated', time)
  if call('HEXISTS', keys.board, 'frozen') == 1 then
    call('SPUBLISH', keys.live, text)
    return
  end
  -- "~": whole nodes of the stream go, so that a cut costs nothing.
  call('XADD', keys.log, 'MINID', '~', integer(rules and math.max(0, version - rules.log) or 0), text .. '-0', 't', time, 'w', labels, 's', sets or '', 'r', records,
    unpack(by and { 'k', by } or {}))
  call('SPUBLISH', keys.live, text)
end

-- How a write to entries ends: periods that were written to for the first time are noted, and all of it is committed.
local function close_write(write, version, records, sets, by)
  for _, target in ipairs(write.targets) do
    if target.touched and not target.is_all and not target.known then call('HSET', write.keys.periods, target.label, target.state) end
  end
  commit(write.keys, write.rules, version, write.now, write.updated, labels_of(write.targets), records, sets, by)
end

-- What a board's faces hash has to say, if anything: without one nothing is looked up. A face, as that hash holds it for each player who
-- has a profile: I6 time of the profile, ms, then what rows show (`packed.rs` says how), which nothing here looks into.
local function open_faces(key, rules)
  if call('EXISTS', key) == 1 then return { key = key, at = rules.width + 7 } end
end

-- What rows show of a player; '' for one without a profile.
local function face_of(faces, player)
  local face = faces and call('HGET', faces.key, player)
  return face and string.sub(face, 7) or ''
end

-- What rows show of some players, one after the other, each with I2 length in front; '' if none has a profile.
local function pack_faces(faces, players)
  if not faces or #players == 0 then return '' end
  local found, any = call('HMGET', faces.key, unpack(players)), false
  for i = 1, #players do
    local face = found[i] and string.sub(found[i], 7) or ''
    any = any or face ~= ''
    found[i] = pack('>I2c0', #face, face)
  end
  return any and table.concat(found) or ''
end

-- A standing's part of an answer; `flags` 1 improved, 2 had an entry. Looks up the entry ahead, and what is shown of its player.
local function pack_standing(target, flags, before_key, before_rank, key, rank, index, total, faces)
  local ahead, ahead_key, face = '', 0, ''
  if index > 0 then
    local found = call('ZRANGE', target.rank, index - 1, index - 1, 'WITHSCORES')
    flags, ahead, ahead_key = flags + 4, found[1], tonumber(found[2])
    if faces then face = face_of(faces, string.sub(ahead, faces.at)) end
  end
  if face ~= '' then flags, face = flags + 8, pack('>I2c0', #face, face) end
  return pack('>Bc0Bi7I5i7I5I5I5i7Bc0', #target.label, target.label, flags, before_key, before_rank, key, rank, index, total, ahead_key, #ahead,
    ahead) .. face
end
