import { useStore } from "../lib/use-store.ts";
import type { Page } from "../page.ts";
import { piecesOf, type TurnRecord } from "../timings.ts";
import { Table } from "./table.tsx";

/** Size of the strip in pixels; it is full at 1600 ms. */
const STRIP = { width: 200, height: 16, perMs: 0.125 };
const PARTS = ["silence", "route", "ttft", "voice"] as const;

/** How long each answer took, for whoever wants to know. */
export function TimingsPanel({ page }: { readonly page: Page }) {
  const { messages } = page;
  const turns = useStore(page.turns);
  const { timing } = messages;
  return (
    <details class="panel">
      <summary>{messages.timings}</summary>
      <p class="quiet">{messages.timingsAbout}</p>
      {turns.length === 0 ? (
        <p>{messages.timingsEmpty}</p>
      ) : (
        <>
          <p class="legend" aria-hidden="true">
            {PARTS.map((part) => (
              <span key={part}>
                <svg class="strip" viewBox="0 0 16 16">
                  <rect class={part} width={16} height={16} />
                </svg>
                {timing[part]}
              </span>
            ))}
          </p>
          <Table
            caption={messages.timingsCaption}
            columns={[
              timing.answer,
              timing.silence,
              timing.route,
              timing.ttft,
              timing.firstAudio,
              timing.engine,
              timing.reason,
              timing.strip,
            ]}
            rows={turns.map((record, index) => ({
              key: record.turn,
              cells: [
                String(turns.length - index),
                ms(record.times.silenceMs),
                ms(record.times.routeMs),
                ms(record.times.ttftMs),
                ms(record.times.firstAudioMs),
                record.engine,
                messages.reasons[record.reason] ?? record.reason,
                <Strip key="strip" record={record} />,
              ],
            }))}
          />
        </>
      )}
    </details>
  );
}

function Strip({ record }: { readonly record: TurnRecord }) {
  let x = 0;
  const bars = piecesOf(record.times).map(({ part, ms }) => {
    const bar = { part, x, width: Math.min(ms * STRIP.perMs, STRIP.width - x) };
    x += bar.width;
    return bar;
  });
  return (
    <svg class="strip" viewBox={`0 0 ${STRIP.width} ${STRIP.height}`} aria-hidden="true">
      {bars.map((bar) => (
        <rect key={bar.part} class={bar.part} x={bar.x} y={0} width={bar.width} height={STRIP.height} />
      ))}
    </svg>
  );
}

function ms(value: number | null): string {
  return value === null ? "–" : String(Math.round(value));
}
