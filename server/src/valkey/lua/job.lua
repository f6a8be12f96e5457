-- Jobs: long work. One is a hash: kind, board, ask (JSON), state (waiting, running, done, failed, cancelled), created and updated (ms), done and
-- total (steps), cancel ('1': it is to end), token and until (who works on it, and until when nobody else may, in ms), answer (JSON).

local function is_over(state) return state == 'done' or state == 'failed' or state == 'cancelled' end

-- job_create: notes a job that is to be done.
--
-- KEYS 1 list · 2 job
-- ARGV 1 id · 2 time in ms · 3 kind · 4 board · 5 what is asked, as JSON · 6 the most jobs that are listed
-- Returns 1, or 0: as many as that wait or run already. The oldest that are over go to make room; those that are gone are not listed.
server.register_function('leaderport_job_create', function(keys, args)
  begin()
  if call('ZCARD', keys[1]) >= tonumber(args[6]) then return { 0 } end
  call('HSET', keys[2], 'kind', args[3], 'board', args[4], 'ask', args[5], 'state', 'waiting', 'created', args[2], 'updated', args[2], 'done', '0',
    'total', '0')
  call('ZADD', keys[1], args[2], args[1])
  return { 1 }
end)

-- job_take: takes a job on, or goes on with one that whoever worked on it has left.
--
-- KEYS 1 job
-- ARGV 1 time in ms · 2 token · 3 until when
-- Returns 1 if it is taken, else 0.
server.register_function('leaderport_job_take', function(keys, args)
  begin()
  local job = call('HMGET', keys[1], 'state', 'until')
  if not job[1] or is_over(job[1]) or tonumber(job[2] or 0) > tonumber(args[1]) then return { 0 } end
  call('HSET', keys[1], 'state', 'running', 'token', args[2], 'until', args[3])
  return { 1 }
end)

-- job_note: notes how far a job is, and keeps it for longer.
--
-- KEYS 1 job
-- ARGV 1 token · 2 time in ms · 3 until when · 4 steps done · 5 steps in all · 6 '' or the state it ends with · 7 its answer · 8 seconds that it is kept then
-- Returns 'ok', 'cancel': it is to end, 'lost': another works on it, or it is over.
server.register_function('leaderport_job_note', function(keys, args)
  begin()
  local job = call('HMGET', keys[1], 'token', 'cancel', 'state')
  if job[1] ~= args[1] or is_over(job[3]) then return { 'lost' } end
  call('HSET', keys[1], 'updated', args[2], 'until', args[3], 'done', args[4], 'total', args[5])
  if args[6] ~= '' then
    call('HSET', keys[1], 'state', args[6], 'answer', args[7])
    call('HDEL', keys[1], 'token', 'until')
    call('EXPIRE', keys[1], args[8])
    return { 'ok' }
  end
  return { job[2] and 'cancel' or 'ok' }
end)

-- job_cancel: asks that a job ends.
--
-- KEYS 1 job
-- Returns 1, or 0: it is over, or there is no such one.
server.register_function('leaderport_job_cancel', function(keys, args)
  begin()
  local state = call('HGET', keys[1], 'state')
  if not state or is_over(state) then return { 0 } end
  call('HSET', keys[1], 'cancel', '1')
  return { 1 }
end)
