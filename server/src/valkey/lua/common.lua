-- common: what several functions of the library share.

-- A sequence number as 6 bytes, big-endian, so that bytes sort as numbers do (exact up to 2^48).
local function order_bytes(n)
  local bytes = {}
  for i = 6, 1, -1 do
    bytes[i] = string.char(n % 256)
    n = math.floor(n / 256)
  end
  return table.concat(bytes)
end

-- An entry, as the entry hash holds it: 6 order bytes, then the sort key as decimal text.
local function unpack_entry(packed)
  return string.sub(packed, 1, 6), string.sub(packed, 7)
end

-- {version, time of the last change in ms} as a board's version hash holds them.
local function version_of(key)
  local fields = redis.call('HMGET', key, 'version', 'updated')
  return tonumber(fields[1] or 0), tonumber(fields[2] or 0)
end
