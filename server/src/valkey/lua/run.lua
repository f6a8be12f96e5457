-- Runs of the game: the best of each player on a day, so that others can race it. A zset has the players by score, a hash what they did.

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
    local function add(player, score)
      for _, value in ipairs({ player, integer(tonumber(score)), call('HGET', keys[2], player) or '' }) do reply[#reply + 1] = value end
    end
    if own then add(args[1], own) end
    local found = call('ZRANGE', keys[1], own and '(' .. own or '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, args[2], 'WITHSCORES')
    for i = 1, #found, 2 do add(found[i], found[i + 1]) end
    return reply
  end
}
