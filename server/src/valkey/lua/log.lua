-- trim_log: drops what was logged before a time.
--
-- KEYS 1 log
-- ARGV 1 time in ms
-- A record's id is the version it ends with, not its time; records are in the order of both, so the place is found by halving.
-- Returns how many records were dropped.
server.register_function('leaderport_trim_log', function(keys, args)
  begin()
  local before = tonumber(args[1])
  local first, last = call('XRANGE', keys[1], '-', '+', 'COUNT', 1)[1], call('XREVRANGE', keys[1], '+', '-', 'COUNT', 1)[1]
  if not first or tonumber(first[2][2]) >= before then return { 0 } end
  -- The newest record stays, however old: the stream's next id must be greater than it.
  local low, high = tonumber(string.match(first[1], '^%d+')), tonumber(string.match(last[1], '^%d+'))
  while low < high do
    local middle = math.floor((low + high) / 2)
    local record = call('XRANGE', keys[1], integer(middle), '+', 'COUNT', 1)[1]
    if tonumber(record[2][2]) < before then
      low = tonumber(string.match(record[1], '^%d+')) + 1
    else
      high = middle
    end
  end
  return { call('XTRIM', keys[1], 'MINID', '~', integer(math.min(low, tonumber(string.match(last[1], '^%d+'))))) }
end)
