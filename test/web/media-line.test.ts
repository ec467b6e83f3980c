import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMediaLine } from "../../web/media-line.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A line whose transports are as the test says, and what it told. */
function watched(...states: string[]) {
  const transports = states.map((state) => ({ state }));
  const told: boolean[] = [];
  const line = createMediaLine(
    () => transports,
    (through) => void told.push(through),
  );
  line.watch();
  return { line, transports, told };
}

test.each(["new", "checking", "connected", "completed", "closed"])(
  "a call with one way that is %s goes on: it begins, or a track has ended",
  (state) => {
    const { told } = watched("connected", state);
    vi.advanceTimersByTime(20_000);
    expect(told).toEqual([]);
  },
);

test.each(["disconnected", "failed"])("a way that is %s is told once, and so is its return", (state) => {
  const { transports, told } = watched("connected", "connected");
  transports[1]!.state = state;
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([false]);
  transports[1]!.state = "connected";
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([false, true]);
});

test("a call that is heard goes on while its signalling is away", () => {
  const { line, told } = watched("connected", "completed");
  line.signalling(true);
  vi.advanceTimersByTime(20_000);
  expect(told).toEqual([]);
});

test.each<[string, string[]]>([
  ["nothing shows how media fare", []],
  ["one way is not there yet", ["connected", "checking"]],
  ["a way is closed", ["closed"]],
])("with the signalling away the call counts as lost at once when %s", (_, states) => {
  const { line, told } = watched(...states);
  line.signalling(true);
  expect(told).toEqual([false]);
  line.signalling(false);
  expect(told).toEqual([false, true]);
});

test("nothing is looked at before a call, nor after it, and the next one begins well", () => {
  const { line, transports, told } = watched("connected");
  line.forget();
  transports[0]!.state = "failed";
  line.signalling(true);
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([]);
  transports[0]!.state = "connected";
  line.signalling(false);
  line.watch();
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([]);
});
