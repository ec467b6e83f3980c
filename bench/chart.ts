import { type BenchResult, quantile, type Series } from "./benchmark.ts";

// A benchmark as a picture: every promise with what was measured, and every series as points on an axis.

/** Pixels. */
const WIDTH = 1000;
const MARGIN = 24;
const LABEL = 330;
const PLOT = WIDTH - 2 * MARGIN - LABEL - 60;
const HEAD = 64;
const ROW = 46;
const LANE = 34;
const AXIS = 40;
/** What lies beyond this multiple of the 98th percentile or of the limit is drawn at the edge. */
const HEADROOM = 1.15;

const GOOD = "#2c6e31";
const BAD = "#b3261e";
const STATED = "#5b6470";

/** Draws a result; the words of it stand in its description too. */
export function drawResult({ title, rows, series = [] }: BenchResult, machine: string): string {
  const groups = byUnit(series);
  const groupHeight = (of: readonly Series[]): number => AXIS + LANE * of.length;
  const height = HEAD + ROW * rows.length + groups.reduce((sum, of) => sum + groupHeight(of), 0) + MARGIN;
  const words = rows.map(
    ({ what, target, measured }) => `${what}: ${plain(measured)}, target ${plain(target)}.`,
  );
  const parts: string[] = [];
  let top = HEAD;
  for (const { what, target, measured, met } of rows) {
    const colour = met === null ? STATED : met ? GOOD : BAD;
    parts.push(
      `<rect x="${MARGIN}" y="${top}" width="4" height="${ROW - 10}" fill="${colour}"/>`,
      text(MARGIN + 14, top + 14, what),
      text(MARGIN + 14, top + 31, `${plain(measured)}  (target ${plain(target)})`, colour),
    );
    top += ROW;
  }
  for (const of of groups) {
    parts.push(drawGroup(of, top));
    top += groupHeight(of);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<desc>${escape(words.join(" "))}</desc>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="30" font-size="17" font-weight="600">${escape(title)}</text>`,
    text(MARGIN, 48, machine, STATED),
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** Series of one unit share an axis. */
function byUnit(series: readonly Series[]): readonly (readonly Series[])[] {
  const groups = new Map<string, Series[]>();
  for (const each of series) groups.set(each.unit, [...(groups.get(each.unit) ?? []), each]);
  return [...groups.values()];
}

function drawGroup(series: readonly Series[], top: number): string {
  const most = Math.max(
    ...series.map(({ values, limit }) => HEADROOM * Math.max(quantile(values, 0.98), limit ?? 0)),
  );
  const least = Math.min(0, ...series.map(({ values }) => quantile(values, 0.02)));
  const left = MARGIN + LABEL;
  const x = (value: number): number =>
    round(left + (PLOT * (Math.min(most, Math.max(least, value)) - least)) / (most - least || 1));
  const bottom = top + LANE * series.length;
  const ticks = ticksOf(least, most).map(
    (value) =>
      `<line x1="${x(value)}" y1="${top}" x2="${x(value)}" y2="${bottom}" stroke="#e3e6eb"/><text x="${x(value)}" y="${bottom + 16}" text-anchor="middle" fill="${STATED}">${value}</text>`,
  );
  const unit = series[0]?.unit ?? "";
  return [
    ...ticks,
    text(left + PLOT + 14, bottom + 16, unit, STATED),
    ...series.map((each, nth) => drawLane(each, top + LANE * nth, x)),
  ].join("\n");
}

/** The points, a tick at the median and a longer one at the 95th percentile, and where the limit is. */
function drawLane({ name, values, limit, unit }: Series, top: number, x: (value: number) => number): string {
  const middle = top + LANE / 2;
  const [p50, p95] = [quantile(values, 0.5), quantile(values, 0.95)];
  const tick = (value: number, half: number): string =>
    `<line x1="${x(value)}" y1="${middle - half}" x2="${x(value)}" y2="${middle + half}" stroke="#1d2330" stroke-width="2"/>`;
  return [
    text(MARGIN, middle - 2, name),
    text(MARGIN, middle + 12, `n ${values.length}, p50 ${round(p50)}, p95 ${round(p95)} ${unit}`, STATED),
    ...values.map((value) => `<circle cx="${x(value)}" cy="${middle}" r="3" fill="#0b4f71" opacity="0.3"/>`),
    tick(p50, 6),
    tick(p95, 10),
    limit === undefined
      ? ""
      : `<line x1="${x(limit)}" y1="${top + 2}" x2="${x(limit)}" y2="${top + LANE - 2}" stroke="${BAD}" stroke-dasharray="3 2"/>`,
  ].join("\n");
}

/** Five steps or so of 1, 2 or 5 times a power of ten. */
function ticksOf(least: number, most: number): readonly number[] {
  const rough = (most - least) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(most / step) - first + 1 }, (_, nth) => round((first + nth) * step));
}

function text(x: number, y: number, words: string, colour = "#1d2330"): string {
  return `<text x="${x}" y="${y}" fill="${colour}">${escape(words)}</text>`;
}

/** Without the marks of Markdown. */
function plain(words: string): string {
  return words.replaceAll(/[*`]/g, "");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
