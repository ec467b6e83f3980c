import { partsOf, type TurnPart } from "../../turn/spans.ts";
import type { LoggedTurn } from "./log.ts";

/** Pixels. */
const LABEL = 210;
const PLOT = 900;
const MARGIN = 24;
const HEAD = 84;
const ROW = 44;
const LANE = 14;
/** Milliseconds; what lies outside is cut off. */
const BEFORE_MS = 4000;
const AFTER_MS = 6000;
const TICK_MS = 500;

/** Parts of a turn: the caller's side above, the machine's below. */
const PARTS = {
  speech: { lane: 0, colour: "#5b6470", name: "speech" },
  silence: { lane: 0, colour: "#c9ced6", name: "strict silence" },
  playing: { lane: 0, colour: "#2c6e31", name: "answer is played" },
  prefill: { lane: 1, colour: "#c05a00", name: "prefill ahead" },
  route: { lane: 1, colour: "#7a3e9d", name: "frame, verdict, route" },
  ttft: { lane: 1, colour: "#0b4f71", name: "time to first token" },
  voice: { lane: 1, colour: "#8fbf8f", name: "voice, until its first sound" },
} as const satisfies Record<TurnPart["part"], unknown>;

/** A call as one picture: a row for each turn, all on one axis that is 0 where the question ended. */
export function drawCall(call: string, turns: readonly LoggedTurn[]): string {
  const rows = turns.map((turn) => ({ turn, bars: partsOf(turn.spans) }));
  const all = rows.flatMap(({ bars }) => bars);
  const fromMs = toTick(
    Math.max(-BEFORE_MS, Math.min(-TICK_MS, ...all.map((bar) => bar.fromMs))),
    Math.floor,
  );
  const toMs = toTick(Math.min(AFTER_MS, Math.max(2 * TICK_MS, ...all.map((bar) => bar.toMs))), Math.ceil);
  const x = (ms: number): number =>
    round(MARGIN + LABEL + (PLOT * (Math.min(toMs, Math.max(fromMs, ms)) - fromMs)) / (toMs - fromMs));
  const height = HEAD + ROW * rows.length + MARGIN;
  const width = 2 * MARGIN + LABEL + PLOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Turns of a call" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>Turns of call ${escape(call)}</title>`,
    `<desc>${escape(rows.map(({ turn }, nth) => inWords(turn, nth)).join(" "))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    legend(),
    axis({ fromMs, toMs, x, height }),
    ...rows.map(({ turn, bars }, nth) => rowOf(turn, bars, { nth, x })),
    "</svg>",
  ].join("\n");
}

function rowOf(
  { engine, reason, interrupted, spans }: LoggedTurn,
  bars: readonly TurnPart[],
  { nth, x }: { readonly nth: number; readonly x: (ms: number) => number },
): string {
  const top = HEAD + ROW * nth;
  const first = spans.firstAudioMs === null ? "no sound" : `${Math.round(spans.firstAudioMs)} ms`;
  return [
    `<text x="${MARGIN}" y="${top + 13}" font-weight="600">${nth + 1}. ${escape(engine)}, ${first}${interrupted ? ", cut off" : ""}</text>`,
    `<text x="${MARGIN}" y="${top + 29}" fill="#4a5260">${escape(reason)}</text>`,
    ...bars.map(({ part, fromMs, toMs }) => {
      const { lane, colour, name } = PARTS[part];
      const width = Math.max(1, round(x(toMs) - x(fromMs)));
      const title = `${name}: ${Math.round(fromMs)} to ${Math.round(toMs)} ms`;
      return `<rect x="${x(fromMs)}" y="${top + 2 + lane * (LANE + 2)}" width="${width}" height="${LANE}" fill="${colour}"><title>${title}</title></rect>`;
    }),
  ].join("\n");
}

function legend(): string {
  return Object.values(PARTS)
    .map(({ colour, name }, nth) => {
      const left = MARGIN + nth * 158;
      return `<rect x="${left}" y="18" width="12" height="12" fill="${colour}"/><text x="${left + 17}" y="28">${name}</text>`;
    })
    .join("\n");
}

function axis(options: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly x: (ms: number) => number;
  readonly height: number;
}): string {
  const { fromMs, toMs, x, height } = options;
  const ticks = Array.from({ length: (toMs - fromMs) / TICK_MS + 1 }, (_, nth) => fromMs + nth * TICK_MS);
  return ticks
    .map((ms) => {
      const colour = ms === 0 ? "#1d2330" : "#e3e6eb";
      const label =
        ms % 1000 === 0 || ms === TICK_MS
          ? `<text x="${x(ms)}" y="${HEAD - 22}" text-anchor="middle">${ms}</text>`
          : "";
      return `<line x1="${x(ms)}" y1="${HEAD - 14}" x2="${x(ms)}" y2="${height - MARGIN / 2}" stroke="${colour}"/>${label}`;
    })
    .concat(`<text x="${MARGIN}" y="${HEAD - 34}" fill="#4a5260">ms from the end of the question</text>`)
    .join("\n");
}

/** For those who do not see the picture. */
function inWords({ engine, spans, interrupted }: LoggedTurn, nth: number): string {
  const sound =
    spans.firstAudioMs === null ? "no sound" : `first sound after ${Math.round(spans.firstAudioMs)} ms`;
  return `Turn ${nth + 1}: ${engine}, ${sound}${interrupted ? ", cut off" : ""}.`;
}

function toTick(ms: number, to: (value: number) => number): number {
  return to(ms / TICK_MS) * TICK_MS;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
