/** What programs expose: for each metric the labels of its series, and their values. */
export type Exposed = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/;

/** Reads texts in the Prometheus format; a family without a series is there too. */
export function exposedIn(texts: readonly string[]): Exposed {
  const exposed = new Map<string, Map<string, Set<string>>>();
  const of = (name: string): Map<string, Set<string>> => {
    const labels = exposed.get(name) ?? new Map<string, Set<string>>();
    exposed.set(name, labels);
    return labels;
  };
  for (const line of texts.join("\n").split("\n")) {
    const [, family, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (family !== undefined)
      for (const suffix of type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]) of(family + suffix);
    const [, name, set = ""] = SERIES.exec(line) ?? [];
    if (name === undefined || line.startsWith("#")) continue;
    const labels = of(name);
    for (const [, label = "", value = ""] of set.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
  }
  return exposed;
}
