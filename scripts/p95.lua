-- Prints the 95th percentile of wrk's latencies, in milliseconds.
done = function(_, latency) io.write(string.format("P95 %.2f\n", latency:percentile(95) / 1000)) end
