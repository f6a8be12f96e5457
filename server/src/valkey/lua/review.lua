-- Reviews. The hash reviews has, for each submission that operators look at, what is known of it (JSON, see `review.rs`), by an id of its
-- own; the hash ids the submission's own id → that. A zset for each state has the ids by time: waiting and flagged by when they came, approved
-- and rejected by when that was decided. The zset told has those that had to wait by a number: the board hash counts them, as `held`, so whoever
-- tells of them finds each once, whenever it was stored.

-- Drops a review, with all that leads to it.
local function drop_review(reviews, ids, states, id)
  local known = call('HGET', reviews, id)
  if known then
    local own = cjson.decode(known).submission.id
    -- A null is not nil.
    if type(own) == 'string' and call('HGET', ids, own) == id then call('HDEL', ids, own) end
    call('HDEL', reviews, id)
  end
  for _, state in ipairs(states) do call('ZREM', state, id) end
end

-- Drops what came first of a state: all but so many, and what is older than a time in ms.
local function trim_reviews(reviews, ids, state, most, before)
  local old = call('ZRANGE', state, '-inf', '(' .. integer(before), 'BYSCORE', 'LIMIT', 0, 1000)
  for _, id in ipairs(old) do drop_review(reviews, ids, { state }, id) end
  for _, id in ipairs(call('ZRANGE', state, 0, -1 - most)) do drop_review(reviews, ids, { state }, id) end
end

-- review_add: has submissions wait, or flags them, each unless it is known already.
--
-- KEYS 1 board hash · 2 moderation hash · 3 reviews · 4 ids · 5 waiting · 6 flagged · 7 seen hash of now · 8 of before · 9 of after · 10 told
-- ARGV 1 time in ms · 2 the most that wait, or are flagged · 3 'waiting' or 'flagged' · then for each: id, submission id ('': none), player, review
-- Of those that wait one more than the most is refused; of those that are flagged the oldest goes.
-- Returns {'none'}: there is no such board, or for each 'ok', 'full', 'barred': the player may not submit, 'counted': a submission with this id was
-- counted before, or the id of the review that has this submission id: of what waits one that stands for it still, of what is flagged any
server.register_function('leaderport_review_add', function(keys, args)
  begin()
  if call('HEXISTS', keys[1], 'revision') == 0 then return { 'none' } end
  local now, most, waits, answers = tonumber(args[1]), tonumber(args[2]), args[3] == 'waiting', {}
  local state, verdicts = waits and keys[5] or keys[6], open_verdicts(keys[2])
  local function answer(id, own, player, review)
    local known = own ~= '' and call('HGET', keys[4], own)
    if known and (not waits or stands_for_id(keys[3], known, now)) then return known end
    if waits then
      for i = 7, 9 do
        if own ~= '' and call('HEXISTS', keys[i], own) == 1 then return 'counted' end
      end
      if verdicts and is_barred(call('HGET', verdicts, player)) then return 'barred' end
      if call('ZCARD', state) >= most then return 'full' end
    end
    call('HSET', keys[3], id, review)
    if own ~= '' then call('HSET', keys[4], own, id) end
    call('ZADD', state, args[1], id)
    if waits then call('ZADD', keys[10], call('HINCRBY', keys[1], 'held', 1), id) end
    return 'ok'
  end
  for i = 4, #args, 4 do answers[#answers + 1] = answer(unpack(args, i, i + 3)) end
  if waits then
    call('ZREMRANGEBYRANK', keys[10], 0, -1 - most)
  else
    trim_reviews(keys[3], keys[4], state, most, 0)
  end
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
-- KEYS 1 reviews · 2 ids · 3 the state that it is in · 4 the state that it is to be in
-- ARGV 1 id · 2 the review as it is known · 3 the review as it is to be · 4 its time in the new state, in ms · 5 the most that are kept there
--      · 6 what is older goes, in ms
-- Returns 1, or 0: it is another, or gone.
server.register_function('leaderport_review_set', function(keys, args)
  begin()
  if call('HGET', keys[1], args[1]) ~= args[2] then return { 0 } end
  call('HSET', keys[1], args[1], args[3])
  if keys[3] ~= keys[4] then
    call('ZREM', keys[3], args[1])
    call('ZADD', keys[4], args[4], args[1])
    trim_reviews(keys[1], keys[2], keys[4], tonumber(args[5]), tonumber(args[6]))
  end
  return { 1 }
end)

-- review_drop: drops reviews.
--
-- KEYS 1 reviews · 2 ids · then the states
-- ARGV the reviews' ids
-- Returns how many there were.
server.register_function('leaderport_review_drop', function(keys, args)
  begin()
  local states, dropped = { unpack(keys, 3) }, 0
  for _, id in ipairs(args) do
    dropped = dropped + call('HEXISTS', keys[1], id)
    drop_review(keys[1], keys[2], states, id)
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
