-- player: one player's standing, with the version it belongs to.
--
-- KEYS 1 rank zset · 2 entry hash · 3 version hash
-- ARGV 1 player
-- Returns {version, total} for a player who is not on the board, else {version, total, rank from 0, sort key}
redis.register_function{
  function_name = 'leaderport_player',
  flags = { 'no-writes' },
  callback = function(keys, args)
    local version = version_of(keys[3])
    local total = redis.call('ZCARD', keys[1])
    local packed = redis.call('HGET', keys[2], args[1])
    if not packed then return { version, total } end
    local order, key = unpack_entry(packed)
    return { version, total, redis.call('ZRANK', keys[1], order .. args[1]), key }
  end
}
