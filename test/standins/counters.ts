/**
 * What may only grow in a text of Prometheus' format: counters, and buckets, counts and sums of histograms
 * whose values are never negative.
 */
export function countersIn(text: string): ReadonlyMap<string, number> {
  const types = new Map(
    Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, type]) => [name, type] as const),
  );
  const lines = text.matchAll(/^(([a-z_:]+?)(?:_bucket|_count|_sum)?(?:\{.*\})?) (\S+)$/gm);
  const counters = Array.from(lines, ([, series = "", name = "", value]) => {
    const grows = types.get(name) === "counter" || types.get(name) === "histogram";
    const maySink = series.startsWith("sightline_wait_slope_seconds_sum");
    return grows && !maySink ? ([[series, Number(value)]] as const) : [];
  });
  return new Map(counters.flat());
}
