import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { AudioSource, LocalAudioTrack, Room, TrackPublishOptions, TrackSource } from "@livekit/rtc-node";
import { AgentDispatchClient } from "livekit-server-sdk";
import { type Harness, startHarness } from "../test/e2e/call/harness.ts";
import { guestToken } from "../test/e2e/livekit/guest.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

/** How soon an agent is in the room that asks for it, five asking in the same moment. */

const ROUNDS = 20;
const AT_ONCE = 5;
const P95_MS = 1500;
const LOST_AFTER_MS = 30_000;
/** Between two bursts: callers who come and go without end are another matter, see livekit-capacity. */
const CALM_MS = 4000;

export const run: Bench = async () => {
  const harness = await startHarness({ script: [], environment: { AGENT_MAX_CALLS: "20" } });
  const dispatches = new AgentDispatchClient(
    harness.livekit.url.replace("ws", "http"),
    harness.livekit.apiKey,
    harness.livekit.apiSecret,
  );
  try {
    const joined: (number | undefined)[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const guests = await Promise.all(Array.from({ length: AT_ONCE }, () => enter(harness)));
      joined.push(...(await Promise.all(guests.map((guest) => ask(guest, harness, dispatches)))));
      await Promise.all(guests.map((guest) => guest.leave()));
      await wait(CALM_MS);
    }
    const found = joined.filter((ms) => ms !== undefined);
    const [p50, p95] = [quantile(found, 0.5), quantile(found, 0.95)];
    const lost = joined.length - found.length;
    return {
      name: "livekit-dispatch",
      title: "From a dispatch to the agent in the room",
      rows: [
        {
          what: `${AT_ONCE} dispatches at once, ${ROUNDS} times`,
          target: `p95 ≤ ${P95_MS} ms`,
          measured: `${Math.round(p50)} / ${Math.round(p95)} ms (p50 / p95)`,
          met: p95 <= P95_MS,
        },
        {
          what: "rooms without an agent",
          target: `0 of ${joined.length}`,
          measured: String(lost),
          met: lost === 0,
        },
      ],
      series: [{ name: "agent in the room", unit: "ms", values: found, limit: P95_MS }],
      notes: [
        `From the request to the server's API until the caller sees the agent in the room. One agent process; callers and server share the machine. ${CALM_MS / 1000} s between two bursts.`,
      ],
    };
  } finally {
    await harness.close();
  }
};

interface Guest {
  readonly room: Room;
  readonly name: string;
  leave(): Promise<void>;
}

/** In a room of their own, with a microphone: a server tells of others at once only to those who send. */
async function enter({ livekit }: Harness): Promise<Guest> {
  const name = `dispatch-${randomUUID()}`;
  const token = await guestToken(livekit, { room: name, identity: name });
  const room = new Room();
  await room.connect(livekit.url, token, { autoSubscribe: false, dynacast: false });
  const source = new AudioSource(48_000, 1);
  const track = LocalAudioTrack.createAudioTrack("microphone", source);
  await room.localParticipant?.publishTrack(
    track,
    new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
  );
  return {
    room,
    name,
    async leave() {
      await room.disconnect();
      await source.close();
    },
  };
}

/** Milliseconds until the agent is there; undefined: it never came. */
async function ask(
  { room, name }: Guest,
  { environment }: Harness,
  dispatches: AgentDispatchClient,
): Promise<number | undefined> {
  const askedAtMs = performance.now();
  const came = once(room as unknown as NodeJS.EventEmitter, "participantConnected", {
    signal: AbortSignal.timeout(LOST_AFTER_MS),
  });
  await dispatches.createDispatch(name, environment["AGENT_NAME"] ?? "");
  return came.then(
    () => performance.now() - askedAtMs,
    () => undefined,
  );
}

await runDirectly(import.meta.url, run);
