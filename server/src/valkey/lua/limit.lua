-- limit: whether requests are within their limits, and if so, counts them: each against all of its limits, or against none. By GCRA, on the
-- server's time: a key holds when its units will have come back, in µs; a key that is not there has all of them.
--
-- KEYS those of the limits, in the order of the arguments
-- ARGV 1 number of requests, then for each: number of its limits, and for each of these: µs in which a unit comes back · units that there are
--      · units that it takes
-- Returns for each request: 1 counted | 0 not · its tightest limit, from 1 · µs until it can be counted (0: it is; -1: never) · units left there
server.register_function('leaderport_limit', function(keys, args)
  begin()
  local time = call('TIME')
  local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  local key, at, answers = 0, 2, {}
  for _ = 1, tonumber(args[1]) do
    local n, fits, tightest, wait, left, back = tonumber(args[at]), true, 1, 0, math.huge, {}
    at = at + 1
    for i = 1, n do
      local period, burst, units = tonumber(args[at]), tonumber(args[at + 1]), tonumber(args[at + 2])
      local full = math.max(tonumber(call('GET', keys[key + i]) or 0), now)
      local after = full + units * period
      local over = after - now - burst * period
      if over > 0 then
        local this_wait = units > burst and math.huge or over
        if fits or this_wait > wait then tightest, wait, left = i, this_wait, math.floor((burst * period - (full - now)) / period) end
        fits = false
      elseif fits then
        local this_left = math.floor(-over / period)
        if this_left < left then tightest, left = i, this_left end
      end
      back[i] = after
      at = at + 3
    end
    for i = 1, fits and n or 0 do
      call('SET', keys[key + i], integer(back[i]), 'PX', integer(math.ceil((back[i] - now) / 1000)))
    end
    key = key + n
    answers[#answers + 1] = fits and 1 or 0
    answers[#answers + 1] = tightest
    answers[#answers + 1] = wait == math.huge and -1 or math.ceil(wait)
    answers[#answers + 1] = left == math.huge and 0 or math.max(left, 0)
  end
  return answers
end)
