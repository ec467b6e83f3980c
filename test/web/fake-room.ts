import type { CallRequest } from "../../orchestrator/session/call-events.ts";
import type { CallRoom, RoomNews } from "../../web/call-room.ts";
import type { Device } from "../../web/call.ts";
import type { Input } from "../../web/devices.ts";

/** A room without a network, and what was done with it. */
export interface FakeRoom {
  /** For the page. */
  readonly create: (tell: (news: RoomNews) => void) => CallRoom;
  tell(news: RoomNews): void;
  readonly sent: readonly CallRequest[];
  /** What the page offers now. */
  readonly on: ReadonlySet<Device>;
  readonly chosen: readonly string[];
  readonly closed: () => boolean;
  /** How often the page asked for the sound that was held back. */
  readonly unlocked: () => number;
}

export interface FakeRoomOptions {
  /** Why a device cannot be opened, by the browser's name of the error. */
  readonly refuses?: Partial<Record<Device, string>>;
  /** What the page sends gets lost. */
  readonly loses?: () => boolean;
  /** Resolves when the room may be joined. Default: at once. */
  readonly joined?: Promise<void>;
}

export function createFakeRoom({
  refuses = {},
  loses = () => false,
  joined = Promise.resolve(),
}: FakeRoomOptions = {}): FakeRoom {
  const sent: CallRequest[] = [];
  const on = new Set<Device>();
  const chosen: string[] = [];
  let closed = false;
  let unlocked = 0;
  let listener: (news: RoomNews) => void = () => {};
  const check = (device: Device) => {
    const name = refuses[device];
    if (name) throw Object.assign(new Error("refused"), { name });
  };
  return {
    sent,
    on,
    chosen,
    closed: () => closed,
    unlocked: () => unlocked,
    tell: (news) => listener(news),
    create(tell) {
      listener = tell;
      closed = false;
      return {
        async unlockSound() {
          unlocked += 1;
        },
        connect: () => joined,
        async open(inputs: readonly Input[]) {
          inputs.forEach(check);
          return inputs.map((input) => ({
            input,
            publish: async () => void on.add(input),
            stop: () => void on.delete(input),
          }));
        },
        async enable(device, enabled) {
          if (enabled) check(device);
          if (enabled) on.add(device);
          else on.delete(device);
        },
        preview: () => () => {},
        async choose(input, id) {
          chosen.push(`${input} ${id}`);
        },
        async send(request) {
          if (loses()) throw new Error("no connection");
          sent.push(request);
        },
        async close() {
          closed = true;
          on.clear();
        },
      };
    },
  };
}
