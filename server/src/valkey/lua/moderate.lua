-- moderate: notes what operators have decided of a player, and takes their entries of all periods out of the standings, or brings them back.
--
-- KEYS 1 board hash · 2 log · 3 live channel · 4 periods hash · 5 moderation hash · then for each period its 5 keys; the window `all` first
-- ARGV 1 time in ms · 2 revision of the rules · 3 rules · 4 player · 5 the verdict (see common; nothing: there is none any more) · 6 the one
--   that it was decided by, the same way · then the periods' labels
-- The log's record: 'M' · I6 version · B length, player · I2 length, the verdict · I5 entries that went out or came back. It can't be undone:
-- another verdict does it.
-- Returns {'none'}, {'rules'}, {'again'}: a period has come meanwhile, or somebody else has decided something, or {'ok', I6 version · I5 entries that went out or came back}

-- Whether a player had an entry in a target's standings, which is in its hidden hash now.
local function take_out(rules, target, player)
  local packed = call('HGET', target.entry, player)
  if not packed then return false end
  local entry = parse_entry(rules, packed)
  call('ZREM', target.rank, entry[1] .. player)
  call('HDEL', target.entry, player)
  if rules.mode == 'dense' then change_steps(target, { [step_of(rules, entry[1], entry[2])] = { -1, entry[2] } }) end
  call('HSET', target.hidden, player, packed)
  return true
end

-- Whether a player had an entry in a target's hidden hash, which is in its standings now.
local function bring_back(rules, target, player)
  local packed = call('HGET', target.hidden, player)
  if not packed then return false end
  local entry = parse_entry(rules, packed)
  call('HDEL', target.hidden, player)
  call('ZADD', target.rank, entry[2], entry[1] .. player)
  call('HSET', target.entry, player, packed)
  if rules.mode == 'dense' then change_steps(target, { [step_of(rules, entry[1], entry[2])] = { 1, entry[2] } }) end
  return true
end

server.register_function('leaderport_moderate', function(keys, args)
  begin()
  local board = call('HMGET', keys[1], 'version', 'updated', 'revision')
  if not board[3] then return { 'none' } end
  if board[3] ~= args[2] then return { 'rules' } end
  if call('HLEN', keys[4]) ~= #args - 7 then return { 'again' } end
  local rules, player, verdict, version, moved = parse_rules(args[3]), args[4], args[5], tonumber(board[1] or 0), 0
  local before = call('HGET', keys[5], player) or ''
  -- Whoever comes again, or for the other side of a frozen board, finds the verdict noted.
  if before ~= args[6] and before ~= verdict then return { 'again' } end
  -- The time between is that of the decision.
  local said = function(text) return string.sub(text, 1, 2) .. string.sub(text, 9) end
  local is_other = said(before) ~= said(verdict)
  if is_other then
    if verdict == '' then call('HDEL', keys[5], player) else call('HSET', keys[5], player, verdict) end
  end
  -- Of a frozen board there are two, one after the other: by the second the verdict is known, and the entries are to move all the same.
  local is = is_out(verdict ~= '' and verdict)
  for number = 7, #args do
    local at = 6 + (number - 7) * 5
    local target = { rank = keys[at], entry = keys[at + 1], steps = keys[at + 2], counts = keys[at + 3], hidden = keys[at + 4] }
    local move = is and take_out or bring_back
    if move(rules, target, player) then
      moved = moved + 1
      count_in_closed(keys[4], args[number], is and -1 or 1)
    end
  end
  if is_other or moved > 0 then
    version = version + 1
    commit({ board = keys[1], log = keys[2], live = keys[3] }, rules, version, tonumber(args[1]), tonumber(board[2] or 0), '',
      'M' .. pack('>I6Bc0I2c0I5', version, #player, player, #verdict, verdict, moved))
  end
  return { 'ok', pack('>I6I5', version, moved) }
end)
