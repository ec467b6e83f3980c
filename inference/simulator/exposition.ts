import { pythonFloat } from "./python.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount: number): void;
}

export interface Observed {
  observe(value: number): void;
}

/** Metrics in the text format of Python's client, which dashboards for vLLM are written against. */
export interface Exposition {
  /** A counter with these labels; its name carries no `_total`. */
  counter(name: string, help: string, labels: Labels): Counter;
  histogram(name: string, help: string, labels: Labels, buckets: readonly number[]): Observed;
  /** Count and sum only. */
  summary(name: string, help: string, labels: Labels): Observed;
  /** Read when scraped. */
  gauge(name: string, help: string, labels: Labels, read: () => number): void;
  /** A counter that is read when scraped; its name carries `_total`. */
  counted(name: string, help: string, read: () => number): void;
  text(): string;
}

interface Family {
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly series: { readonly lines: () => string; readonly created: string }[];
}

/** Makes an empty set of metrics. */
export function createExposition(): Exposition {
  const families = new Map<string, Family>();
  const born = Date.now() / 1000;
  const add = (
    name: string,
    help: string,
    type: Family["type"],
    labels: Labels,
    lines: () => string,
  ): void => {
    const family: Family = families.get(name) ?? { help, type, series: [] };
    families.set(name, family);
    const created =
      type === "gauge" ? "" : `${createdOf(name, type)}${braces(labels)} ${pythonFloat(born)}\n`;
    family.series.push({ lines, created });
  };
  return {
    counter(name, help, labels) {
      let value = 0;
      const prefix = `${name}_total${braces(labels)} `;
      add(`${name}_total`, help, "counter", labels, () => `${prefix}${pythonFloat(value)}\n`);
      return { add: (amount) => void (value += amount) };
    },
    gauge(name, help, labels, read) {
      const prefix = `${name}${braces(labels)} `;
      add(name, help, "gauge", labels, () => `${prefix}${pythonFloat(read())}\n`);
    },
    summary(name, help, labels) {
      const total = { count: 0, sum: 0 };
      add(name, help, "summary", labels, () => totals(name, labels, total));
      return {
        observe(value) {
          total.count += 1;
          total.sum += value;
        },
      };
    },
    histogram(name, help, labels, buckets) {
      const bounds = [...buckets, Number.POSITIVE_INFINITY];
      const counts = new Float64Array(bounds.length);
      const total = { count: 0, sum: 0 };
      const prefixes = bounds.map((le) => `${name}_bucket${braces({ ...labels, le: pythonFloat(le) })} `);
      add(name, help, "histogram", labels, () => {
        let below = 0;
        const lines = prefixes.map((prefix, index) => {
          below += counts[index] ?? 0;
          return `${prefix}${pythonFloat(below)}\n`;
        });
        return lines.join("") + totals(name, labels, total);
      });
      return {
        observe(value) {
          let index = 0;
          while (value > (bounds[index] ?? Number.POSITIVE_INFINITY)) index += 1;
          counts[index] = (counts[index] ?? 0) + 1;
          total.count += 1;
          total.sum += value;
        },
      };
    },
    counted(name, help, read) {
      families.set(name, {
        help,
        type: "counter",
        series: [{ lines: () => `${name} ${pythonFloat(read())}\n`, created: "" }],
      });
    },
    text() {
      let text = "";
      for (const [name, { help, type, series }] of families) {
        text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
        for (const { lines } of series) text += lines();
        if (series.every((one) => one.created === "")) continue;
        const created = createdOf(name, type);
        text += `# HELP ${created} ${help}\n# TYPE ${created} gauge\n`;
        for (const one of series) text += one.created;
      }
      return text;
    },
  };
}

function totals(
  name: string,
  labels: Labels,
  total: { readonly count: number; readonly sum: number },
): string {
  const set = braces(labels);
  return `${name}_count${set} ${pythonFloat(total.count)}\n${name}_sum${set} ${pythonFloat(total.sum)}\n`;
}

/** The series that tells since when another one counts. */
function createdOf(name: string, type: Family["type"]): string {
  return `${type === "counter" ? name.replace(/_total$/, "") : name}_created`;
}

/** Labels in the order of their names. */
function braces(labels: Labels): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return "";
  return `{${names.map((name) => `${name}="${escape(labels[name] ?? "")}"`).join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
