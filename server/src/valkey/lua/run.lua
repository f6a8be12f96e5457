-- Runs of the game: the best of each player on a day, so that others can race it. A zset has the players by score, a hash what they did. Another hash
-- has each way that the day was played, and which run that was first; and of each of these runs which way that was.

-- Adds to a reply: player, score, what they did.
local function add_run(reply, keys, player, score)
  for _, value in ipairs({ player, integer(tonumber(score)), call('HGET', keys[2], player) or '' }) do reply[#reply + 1] = value end
end

-- run_claim: says that a run was played in a way, which no other run may have been, nor this one in two, and finds those that it may be a copy of.
--
-- KEYS 1 runs by score · 2 what players did · 3 ways to play
-- ARGV 1 player · 2 score · 3 the run's id · 4 the way; empty if it says too little · 5 how many of each kind · 6 for how long it is kept, in seconds
-- Returns 2 if the way is this run's from now on, 1 if it was before, 0 if it is another's, -1 if this run was played in another one; then the player's own best run, the next ones ahead of it, and those around the score, as in run_ahead;
-- some may be there twice.
server.register_function('leaderport_run_claim', function(keys, args)
  begin()
  local player, score, way, count = args[1], args[2], args[4], args[5]
  local first, known, claim = call('HGET', keys[3], way), call('HGET', keys[3], args[3]), 2
  if way == '' or first == args[3] then
    claim = 1
  elseif first or known then
    claim = first and 0 or -1
  else
    call('HSET', keys[3], way, args[3], args[3], way)
    call('EXPIRE', keys[3], args[6])
  end
  local reply, own = { claim }, call('ZSCORE', keys[1], player)
  if own then add_run(reply, keys, player, own) end
  for _, found in ipairs({
    call('ZRANGE', keys[1], own and '(' .. own or '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, count, 'WITHSCORES'),
    call('ZRANGE', keys[1], score, '+inf', 'BYSCORE', 'LIMIT', 0, count, 'WITHSCORES'),
    call('ZRANGE', keys[1], '(' .. score, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, count, 'WITHSCORES'),
  }) do
    for i = 1, #found, 2 do add_run(reply, keys, found[i], found[i + 1]) end
  end
  return reply
end)

-- run_release: a run that does not count was played in no way.
--
-- KEYS 1 runs by score · 2 what players did · 3 ways to play
-- ARGV 1 the run's id · 2 the way
-- Returns 1.
server.register_function('leaderport_run_release', function(keys, args)
  begin()
  if call('HGET', keys[3], args[2]) == args[1] then call('HDEL', keys[3], args[2], args[1]) end
  return { 1 }
end)

-- run_keep: keeps a run, if it is the player's best of the day.
--
-- KEYS 1 runs by score · 2 what players did
-- ARGV 1 player · 2 score · 3 what they did · 4 the most that are kept · 5 for how long, in seconds
-- Returns 1 if it is.
server.register_function('leaderport_run_keep', function(keys, args)
  begin()
  local player, score = args[1], tonumber(args[2])
  if call('ZADD', keys[1], 'GT', 'CH', score, player) == 0 then return { 0 } end
  call('HSET', keys[2], player, args[3])
  for _, last in ipairs(call('ZRANGE', keys[1], 0, -1 - tonumber(args[4]))) do
    call('ZREM', keys[1], last)
    call('HDEL', keys[2], last)
  end
  for i = 1, 2 do call('EXPIRE', keys[i], args[5]) end
  return { 1 }
end)

-- run_forget: forgets a player's run.
--
-- KEYS 1 runs by score · 2 what players did
-- ARGV 1 player
-- Returns 1.
server.register_function('leaderport_run_forget', function(keys, args)
  begin()
  call('ZREM', keys[1], args[1])
  call('HDEL', keys[2], args[1])
  return { 1 }
end)

-- run_ahead: a player's own best run of the day, then the next ones ahead of it.
--
-- KEYS 1 runs by score · 2 what players did
-- ARGV 1 player · 2 how many ahead
-- Returns for each: player, score, what they did
server.register_function{
  function_name = 'leaderport_run_ahead',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local reply, own = {}, call('ZSCORE', keys[1], args[1])
    if own then add_run(reply, keys, args[1], own) end
    local found = call('ZRANGE', keys[1], own and '(' .. own or '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, args[2], 'WITHSCORES')
    for i = 1, #found, 2 do add_run(reply, keys, found[i], found[i + 1]) end
    return reply
  end
}
