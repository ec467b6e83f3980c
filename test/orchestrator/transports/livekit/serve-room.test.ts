import { EventEmitter } from "node:events";
import { DisconnectReason, ParticipantKind, type RemoteParticipant, type Room } from "@livekit/rtc-node";
import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import type { RoomCallDeps } from "../../../../orchestrator/transports/livekit/room-call.ts";
import type { LinkEnd, RoomListener } from "../../../../orchestrator/transports/livekit/room-link.ts";
import type { RoomSpeaker } from "../../../../orchestrator/transports/livekit/room-speaker.ts";
import { serveRoom } from "../../../../orchestrator/transports/livekit/serve-room.ts";
import { createFakeCalls } from "../../../e2e/livekit/fake-call.ts";
import { createMemoryStore } from "../../../e2e/livekit/memory-store.ts";
import { pastOf } from "../../../standins/turn.ts";

afterEach(() => vi.useRealTimers());

function personOf(identity: string, kind = ParticipantKind.STANDARD) {
  return { identity, kind, attributes: {}, trackPublications: new Map() } as unknown as RemoteParticipant & {
    disconnectReason?: DisconnectReason;
  };
}

function speaker(change: Partial<RoomSpeaker> = {}): RoomSpeaker {
  return {
    sampleRate: 24_000,
    write: () => Promise.resolve(),
    queuedMs: () => 0,
    clear: () => 0,
    publish: () => Promise.resolve(),
    retire: () => Promise.resolve(),
    trackSid: () => undefined,
    close: () => Promise.resolve(),
    ...change,
  };
}

/** A served room without a server: who comes and goes is the test's word. */
function staged(change: Partial<RoomCallDeps> = {}) {
  const calls = createFakeCalls();
  const store = createMemoryStore();
  const did: string[] = [];
  const remoteParticipants = new Map<string, RemoteParticipant>();
  const room = Object.assign(new EventEmitter(), { remoteParticipants, departureTimeout: 20 });
  let listener: RoomListener | undefined;
  const served = serveRoom(
    { room: "room", url: "ws://nowhere", identity: "agent-1", onLeaving: (why) => void did.push(why) },
    {
      access: { url: "ws://nowhere", apiKey: "key", apiSecret: "secret" },
      agentName: "sightline",
      process: "one",
      store,
      startCall: calls.start,
      service: {
        rooms: () => Promise.resolve([]),
        look: () => Promise.reject(new Error("not asked")),
        dispatch: () => Promise.resolve(),
        forget: () => Promise.resolve(void did.push("forget")),
        remove: (_room, identity) => Promise.resolve(void did.push(`remove ${identity}`)),
      },
      log: createLog("silent"),
      createSpeaker: () => speaker(),
      join(options) {
        listener = options.listener;
        listener.onJoined(room as unknown as Room);
        return Promise.resolve({
          room: () => room as unknown as Room,
          leave: () => Promise.resolve(void did.push("leave")),
          ended: new Promise<LinkEnd>(() => {}),
        });
      },
      ...change,
    },
  );
  return {
    served,
    calls,
    store,
    did,
    come: (person: RemoteParticipant) => {
      remoteParticipants.set(person.identity, person);
      listener?.onParticipant(person);
    },
    send: (text: string, from: string) => {
      listener?.onData(new TextEncoder().encode(text), from, "sightline.request");
      listener?.onChat(text, from);
    },
    go: (person: RemoteParticipant, reason = DisconnectReason.CLIENT_INITIATED) => {
      remoteParticipants.delete(person.identity);
      listener?.onParticipantGone(
        Object.assign(Object.create(person) as object, {
          identity: person.identity,
          disconnectReason: reason,
        }) as RemoteParticipant,
      );
    },
  };
}

test("a voice that cannot be closed does not keep the room", async () => {
  const { served, calls, come, did } = staged({
    createSpeaker: () =>
      speaker({
        publish: () => Promise.reject(new Error("no track")),
        retire: () => Promise.reject(new Error("no track")),
        close: () => Promise.reject(new Error("the native side is gone")),
      }),
  });
  come(personOf("anna"));
  const call = await calls.of("anna");
  await call.end("hung-up");
  expect(await served.ended).toBe("hung-up");
  await vi.waitFor(() => expect(did).toEqual(["hung-up", "leave", "forget"]));
});

test("a voice that could not be published is published again: nobody would hear a word of the call", async () => {
  vi.useFakeTimers();
  let tries = 0;
  const publish = async (): Promise<void> => {
    tries += 1;
    if (tries < 3) throw new Error("the server said nothing in time");
  };
  const { served } = staged({ createSpeaker: () => speaker({ publish }) });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tries).toBe(3);
  void served.end("removed");
  await served.ended;

  tries = -Infinity;
  const gone = staged({ createSpeaker: () => speaker({ publish }) });
  await vi.advanceTimersByTimeAsync(0);
  await gone.served.end("removed");
  tries = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tries).toBe(0);
});

test("a way out that hangs is left behind", async () => {
  vi.useFakeTimers();
  const forever = new Promise<never>(() => {});
  const { served } = staged({
    join: () => Promise.resolve({ room: () => undefined, leave: () => forever, ended: forever }),
  });
  await vi.advanceTimersByTimeAsync(0);
  void served.end("removed");
  await vi.advanceTimersByTimeAsync(5000);
  expect(await served.ended).toBe("removed");
});

test("a call that cannot be ended, or whose end fails, does not keep the room", async () => {
  const { served, calls, come, store } = staged();
  store.remove = () => {
    throw new Error("the store is gone");
  };
  come(personOf("anna"));
  const call = await calls.of("anna");
  await call.end("left");
  expect(await served.ended).toBe("failed");

  const stuck = staged();
  stuck.come(personOf("ben"));
  const other = await stuck.calls.of("ben");
  await vi.waitFor(() => expect(stuck.served.call()).toBeDefined());
  other.end = () => Promise.reject(new Error("the stage is gone"));
  await stuck.served.end("removed");
  expect(await stuck.served.ended).toBe("failed");
});

test("who comes back to the room goes on with their conversation; somebody else begins their own", async () => {
  const { served, calls, come, go, store } = staged();
  const [anna, ben] = [personOf("anna"), personOf("ben")];
  come(anna);
  const first = await calls.of("anna");
  await vi.waitFor(() => expect(store.calls.size).toBe(1));
  first.options.onHistory?.([pastOf({ question: "What is this?", answer: "A cup." })]);
  expect(store.calls.get(first.id)?.history).toHaveLength(1);
  go(anna);
  expect(await first.ended).toBe("left");
  await vi.waitFor(() => expect(served.isBusy()).toBe(false));
  expect(store.calls.size).toBe(0);

  come(anna);
  const second = await calls.of("anna", 1);
  expect(second.id).toBe(first.id);
  expect(second.options.resumed).toMatchObject({ returned: true, history: [{ answer: "A cup." }] });
  await vi.waitFor(() => expect(store.calls.get(first.id)?.history).toHaveLength(1));
  go(anna);
  await second.ended;
  await vi.waitFor(() => expect(served.isBusy()).toBe(false));
  come(ben);
  expect((await calls.of("ben")).options.resumed).toBeUndefined();
  await served.end("shutdown");
});

test("who sends nonsense without end does not fill the log", async () => {
  let lines = 0;
  const log = pino(
    { level: "info" },
    { write: (line: string) => void (lines += Number(/refused/.test(line))) },
  );
  const { served, calls, come, send } = staged({ log });
  come(personOf("anna"));
  await calls.of("anna");
  await vi.waitFor(() => expect(served.call()).toBeDefined());
  for (let at = 0; at < 1000; at++) send("", "anna");
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(50);
  await served.end("shutdown");
});

test("who retires goes on with the call that runs, takes nobody else, and goes with its end", async () => {
  const { served, calls, come, go } = staged();
  const anna = personOf("anna");
  come(anna);
  const call = await calls.of("anna");
  await vi.waitFor(() => expect(served.call()).toBeDefined());
  served.retire();
  go(anna);
  expect(await call.ended).toBe("left");
  come(personOf("ben"));
  expect(await served.ended).toBe("left");
  expect(calls.all).toHaveLength(1);

  const empty = staged();
  await empty.served.entered;
  empty.served.retire();
  expect(await empty.served.ended).toBe("shutdown");
});

test("a phone line is closed when its caller was told goodbye", async () => {
  const { served, calls, come, did } = staged();
  come(personOf("sip_+4930", ParticipantKind.SIP));
  await (await calls.of("sip_+4930")).end("hung-up");
  await served.ended;
  await vi.waitFor(() => expect(did).toEqual(["hung-up", "leave", "remove sip_+4930", "forget"]));
});
