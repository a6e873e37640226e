-- GCRA, as `decide` in rate_limiter.rs. Times are in microseconds, by the clock of Redis, which all processes share.
-- KEYS: one for each quota, holding the time at which it is whole again.
-- ARGV: 1 to count the event or 0 to ask only, the longest wait, then interval and window of each quota.
-- Returns the longest wait, then the events left and the time until it is whole of each quota.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local max_wait = tonumber(ARGV[2])
local longest, cells = 0, {}
for index, key in ipairs(KEYS) do
  local interval, window = tonumber(ARGV[1 + 2 * index]), tonumber(ARGV[2 + 2 * index])
  local before = math.min(math.max(tonumber(redis.call('GET', key) or now), now), now + window + max_wait)
  local wait = math.max(before + interval - window - now, 0)
  longest = math.max(longest, wait)
  cells[index] = { key = key, before = before, interval = interval, window = window, wait = wait }
end
local is_allowed = longest <= max_wait
local answer = { longest }
for _, cell in ipairs(cells) do
  local whole_at = cell.before
  if cell.wait <= max_wait then whole_at = whole_at + cell.interval end
  if is_allowed and ARGV[1] == '1' then
    redis.call('SET', cell.key, string.format('%.0f', whole_at), 'PX', math.ceil((whole_at - now) / 1000))
  end
  answer[#answer + 1] = math.floor(math.max(now + cell.window - whole_at, 0) / cell.interval)
  answer[#answer + 1] = whole_at - now
end
return answer
