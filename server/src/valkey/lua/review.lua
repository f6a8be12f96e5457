-- Reviews. The hash reviews has, for each submission that operators look at, what is known of it (JSON, see `review.rs`), by an id of its
-- own; the hash ids the submission's own id → that. A zset for each state has the ids by time: waiting and flagged by when they came, approved
-- and rejected by when that was decided. The zset told has those that had to wait by a number: the board hash counts them, as `held`, so whoever
-- tells of them finds each once, whenever it was stored. The zset open has those that nobody has decided about, all at 0 and so in the order of
-- their bytes: a kind, whose it is, a zero, when it came, its id. The kinds are 'w': it waits, 'p': it is flagged for its proof alone, 'f': it is
-- flagged for more. And once more 'o', when it came, its id: those that are flagged for their proof alone, whoever's.

-- Where a review stands in open.
local function places_of(id, review)
  local came, player = string.format('%015.0f', review.received) .. id, review.submission.player .. '\0'
  if review.state == 'waiting' then return { 'w' .. player .. came } end
  if review.state ~= 'flagged' then return {} end
  if #review.why == 1 and review.why[1] == 'proof' then return { 'p' .. player .. came, 'o' .. came } end
  return { 'f' .. player .. came }
end

-- A player's reviews of a kind, as bounds in open.
local function theirs(kind, player) return '[' .. kind .. player .. '\0', '(' .. kind .. player .. '\1' end

-- The id of the first review within bounds in open, if there is one.
local function first_open(open, from, to)
  local place = call('ZRANGE', open, from, to, 'BYLEX', 'LIMIT', 0, 1)[1]
  return place and string.sub(place, -32)
end

-- Drops a review, with all that leads to it.
local function drop_review(reviews, ids, open, states, id)
  local known = call('HGET', reviews, id)
  if known then
    known = cjson.decode(known)
    local own = known.submission.id
    -- A null is not nil.
    if type(own) == 'string' and call('HGET', ids, own) == id then call('HDEL', ids, own) end
    call('HDEL', reviews, id)
    for _, place in ipairs(places_of(id, known)) do call('ZREM', open, place) end
  end
  for _, state in ipairs(states) do call('ZREM', state, id) end
end

-- Drops what came first of a state: all but so many, and what is older than a time in ms.
local function trim_reviews(reviews, ids, open, state, most, before)
  local old = call('ZRANGE', state, '-inf', '(' .. integer(before), 'BYSCORE', 'LIMIT', 0, 1000)
  for _, id in ipairs(old) do drop_review(reviews, ids, open, { state }, id) end
  for _, id in ipairs(call('ZRANGE', state, 0, -1 - most)) do drop_review(reviews, ids, open, { state }, id) end
end

-- review_add: has submissions wait, or flags them, each unless it is known already.
--
-- KEYS 1 board hash · 2 moderation hash · 3 reviews · 4 ids · 5 waiting · 6 flagged · 7 seen hash of now · 8 of before · 9 of after · 10 told
--      · 11 open
-- ARGV 1 time in ms · 2 the most that wait, or are flagged · 3 the most of one player · 4 'waiting' or 'flagged'
--      · then for each: id, submission id ('': none), player, review
-- Of those that wait one more than the most is refused. Of those that are flagged the oldest goes that is flagged for its proof alone, of the
-- player's or of all; if there is none, the oldest goes for what is flagged for more, and what is flagged for its proof alone is not added.
-- Returns {'none'}: there is no such board, or for each 'ok', 'full', 'many': as many of the player's wait as can, 'barred': the player may not
-- submit, 'counted': a submission with this id was counted before, or the id of the review that has this submission id: of what waits one that
-- stands for it still, of what is flagged any
server.register_function('leaderport_review_add', function(keys, args)
  begin()
  if call('HEXISTS', keys[1], 'revision') == 0 then return { 'none' } end
  local now, most, most_each, waits, answers = tonumber(args[1]), tonumber(args[2]), tonumber(args[3]), args[4] == 'waiting', {}
  local state, verdicts, open = waits and keys[5] or keys[6], open_verdicts(keys[2]), keys[11]
  local function count(kind, player) return call('ZLEXCOUNT', open, theirs(kind, player)) end
  -- Has a flag give way to another one; whether there is room for this.
  local function gives_way(for_proof, other)
    local id = for_proof or other
    if id then drop_review(keys[3], keys[4], open, { state }, id) end
    return id
  end
  local function has_room(player, places)
    local is_for_proof = #places == 2
    if count('p', player) + count('f', player) >= most_each
      and not gives_way(first_open(open, theirs('p', player)), not is_for_proof and first_open(open, theirs('f', player))) then
      return false
    end
    return call('ZCARD', state) < most
      or gives_way(first_open(open, '[o', '(p'), not is_for_proof and call('ZRANGE', state, 0, 0)[1])
  end
  local function answer(id, own, player, review)
    local known = own ~= '' and call('HGET', keys[4], own)
    if known and (not waits or stands_for_id(keys[3], known, now)) then return known end
    if waits then
      for i = 7, 9 do
        if own ~= '' and call('HEXISTS', keys[i], own) == 1 then return 'counted' end
      end
      if verdicts and is_barred(call('HGET', verdicts, player)) then return 'barred' end
      if count('w', player) >= most_each then return 'many' end
      if call('ZCARD', state) >= most then return 'full' end
    end
    local places = places_of(id, cjson.decode(review))
    if not waits and not has_room(player, places) then return 'full' end
    for _, place in ipairs(places) do call('ZADD', open, 0, place) end
    call('HSET', keys[3], id, review)
    if own ~= '' then call('HSET', keys[4], own, id) end
    call('ZADD', state, args[1], id)
    if waits then call('ZADD', keys[10], call('HINCRBY', keys[1], 'held', 1), id) end
    return 'ok'
  end
  for i = 5, #args, 4 do answers[#answers + 1] = answer(unpack(args, i, i + 3)) end
  if waits then call('ZREMRANGEBYRANK', keys[10], 0, -1 - most) end
  return answers
end)

-- review_known: which reviews stand for the ids of submissions.
--
-- KEYS 1 reviews · 2 ids
-- ARGV 1 time in ms · then the submissions' ids
-- Returns for each the review's id, '' if there is none
server.register_function{
  function_name = 'leaderport_review_known',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local reply = call('HMGET', keys[2], unpack(args, 2))
    for i, review in ipairs(reply) do
      if not review or not stands_for_id(keys[1], review, tonumber(args[1])) then reply[i] = '' end
    end
    return reply
  end
}

-- review_set: writes what is known of a submission anew, unless it is another by now.
--
-- KEYS 1 reviews · 2 ids · 3 the state that it is in · 4 the state that it is to be in · 5 open
-- ARGV 1 id · 2 the review as it is known · 3 the review as it is to be · 4 its time in the new state, in ms · 5 the most that are kept there
--      · 6 what is older goes, in ms
-- Returns 1, or 0: it is another, or gone.
server.register_function('leaderport_review_set', function(keys, args)
  begin()
  if call('HGET', keys[1], args[1]) ~= args[2] then return { 0 } end
  call('HSET', keys[1], args[1], args[3])
  if keys[3] ~= keys[4] then
    for _, place in ipairs(places_of(args[1], cjson.decode(args[2]))) do call('ZREM', keys[5], place) end
    call('ZREM', keys[3], args[1])
    call('ZADD', keys[4], args[4], args[1])
    trim_reviews(keys[1], keys[2], keys[5], keys[4], tonumber(args[5]), tonumber(args[6]))
  end
  return { 1 }
end)

-- review_drop: drops reviews.
--
-- KEYS 1 reviews · 2 ids · 3 open · then the states
-- ARGV the reviews' ids
-- Returns how many there were.
server.register_function('leaderport_review_drop', function(keys, args)
  begin()
  local states, dropped = { unpack(keys, 4) }, 0
  for _, id in ipairs(args) do
    dropped = dropped + call('HEXISTS', keys[1], id)
    drop_review(keys[1], keys[2], keys[3], states, id)
  end
  return { dropped }
end)

-- review_list: reviews in a state, in the order of their times.
--
-- KEYS 1 reviews · 2 the state
-- ARGV 1 time in ms · 2 id, which they come after · 3 how many
-- Returns for each: id, time, review
server.register_function{
  function_name = 'leaderport_review_list',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local first, is_there = place_of(keys[2], args[1], args[2])
    if is_there then first = first + 1 end
    local listed, reply = call('ZRANGE', keys[2], first, first + tonumber(args[3]) - 1, 'WITHSCORES'), {}
    for i = 1, #listed, 2 do
      local review = call('HGET', keys[1], listed[i])
      if review then
        for _, value in ipairs({ listed[i], listed[i + 1], review }) do reply[#reply + 1] = value end
      end
    end
    return reply
  end
}

-- review_news: submissions that had to wait, in the order in which they were stored.
--
-- KEYS 1 board hash · 2 reviews · 3 told
-- ARGV 1 number that they come after · 2 how many
-- Returns the number to go on after, how many were looked at, then for each that is still known: id, review
server.register_function{
  function_name = 'leaderport_review_news',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    -- A board of that name that was created anew counts anew.
    local after = math.min(tonumber(args[1]), tonumber(call('HGET', keys[1], 'held') or 0))
    local found = call('ZRANGE', keys[3], '(' .. integer(after), '+inf', 'BYSCORE', 'LIMIT', 0, args[2], 'WITHSCORES')
    local reply = { #found > 0 and tonumber(found[#found]) or after, #found / 2 }
    for i = 1, #found, 2 do
      local review = call('HGET', keys[2], found[i])
      if review then
        reply[#reply + 1] = found[i]
        reply[#reply + 1] = review
      end
    end
    return reply
  end
}
