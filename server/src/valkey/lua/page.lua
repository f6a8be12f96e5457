-- page: some rows of a board in rank order, with the version they belong to.
--
-- KEYS 1 rank zset · 2 version hash
-- ARGV 1 first row, from 0 · 2 number of rows
-- Returns {version, time of the last change in ms, total, member, sort key, member, sort key, …}
redis.register_function{
  function_name = 'leaderport_page',
  flags = { 'no-writes' },
  callback = function(keys, args)
    local version, updated = version_of(keys[2])
    local first = tonumber(args[1])
    local rows = redis.call('ZRANGE', keys[1], first, first + tonumber(args[2]) - 1, 'WITHSCORES')
    local reply = { version, updated, redis.call('ZCARD', keys[1]) }
    for i = 1, #rows do reply[i + 3] = rows[i] end
    return reply
  end
}
