-- percentiles: what it takes to have some percentiles, with the version it belongs to.
--
-- KEYS 1 board hash · 2 rank zset
-- ARGV the percentiles, in parts of a million that are not ahead
-- Returns {version, time of the last change in ms, total, then for each percentile the index, member and sort key of the last entry that
--   has it}; without entries nothing comes after the total
server.register_function{
  function_name = 'leaderport_percentiles',
  flags = { 'no-writes' },
  callback = function(keys, args)
    begin()
    local version, updated = version_of(keys[1])
    local total = call('ZCARD', keys[2])
    local reply = { version, updated, total }
    if total == 0 then return reply end
    for _, parts in ipairs(args) do
      local index = index_of_percentile(total, tonumber(parts))
      local row = call('ZRANGE', keys[2], index, index, 'WITHSCORES')
      reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = index, row[1], row[2]
    end
    return reply
  end
}
