-- One kind of request again and again, and the sums as one line of JSON.
--
--   wrk ... -s wrk.lua URL -- METHOD BODY_BYTES

function init(words)
  wrk.method = words[1]
  local size = tonumber(words[2])
  if size > 0 then
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = string.rep("1", size)
  end
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"completed": %d, "duration_us": %d, "failed": %d}\n',
                         summary.requests, summary.duration, failed))
end
