import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { type LeavableRoom, leaveRoom } from "../../../../orchestrator/transports/livekit/leave-room.ts";

/** A room whose native side answers to `disconnect` as it is told. */
class NativeRoom extends EventEmitter {
  readonly waiting = new AbortController();
  readonly #answer: Promise<void>;
  constructor(answer: Promise<void>) {
    super();
    this.#answer = answer;
  }
  disconnect(): Promise<void> {
    return this.#answer;
  }
  /** rtc-node's own, that ends whatever waits for the native side. */
  cleanupOnDisconnect(): void {
    this.waiting.abort();
    this.emit("disconnected");
  }
}

function roomThat(answer: Promise<void>): { readonly native: NativeRoom; readonly room: LeavableRoom } {
  const native = new NativeRoom(answer);
  return { native, room: native as unknown as LeavableRoom };
}

test("a room that answers is left", async () => {
  const { native, room } = roomThat(Promise.resolve());
  native.on("disconnected", () => expect.unreachable());
  await expect(leaveRoom(room)).resolves.toBe(true);
  expect(native.listenerCount("disconnected")).toBe(0);
});

test("a room whose native side hangs is let go of in time, and with it what waited for it", async () => {
  const { native, room } = roomThat(new Promise(() => {}));
  native.on("disconnected", () => expect.unreachable());
  await expect(leaveRoom(room, 20)).resolves.toBe(false);
  expect(native.waiting.signal.aborted).toBe(true);
});

test("a room that fails to leave is let go of", async () => {
  const { native, room } = roomThat(Promise.reject(new Error("engine is closed")));
  await expect(leaveRoom(room)).resolves.toBe(false);
  expect(native.waiting.signal.aborted).toBe(true);
});
