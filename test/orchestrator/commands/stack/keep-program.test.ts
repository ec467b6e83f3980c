import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { keepProgram } from "../../../../orchestrator/commands/stack/keep-program.ts";
import { InputError } from "../../../../orchestrator/errors.ts";

const node = (script: string): readonly [string, ...string[]] => [process.execPath, "-e", script];
const program = { name: "program", environment: { PATH: process.env["PATH"] } };

test("the first line says that it is ready, and it ends when asked", async () => {
  const crashes: string[] = [];
  const kept = keepProgram(node("console.log('here'); setInterval(() => {}, 1000)"), {
    ...program,
    onCrash: (reason) => crashes.push(reason),
  });
  expect(await kept.ready).toBe("here");
  await kept.stop(5000);
  expect(crashes).toEqual([]);
});

test("who ends unasked is started again", async () => {
  const again = Promise.withResolvers<void>();
  const crashes: string[] = [];
  const kept = keepProgram(node("console.log('up'); process.exit(3)"), {
    ...program,
    onCrash(reason) {
      crashes.push(reason);
      if (crashes.length === 2) again.resolve();
    },
  });
  expect(await kept.ready).toBe("up");
  await again.promise;
  await kept.stop(1000);
  expect(crashes.slice(0, 2)).toEqual(["exit 3", "exit 3"]);
});

test("who says nothing before it ends is not ready", async () => {
  const kept = keepProgram(node("process.exit(1)"), { ...program, onCrash: () => {} });
  const fault = await kept.ready.catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(InputError);
  expect(String(fault)).toContain("the program ended at its start: exit 1");
  await kept.stop(100);
});

test("who does not end when asked is killed", async () => {
  const kept = keepProgram(
    node("process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"),
    { ...program, onCrash: () => {} },
  );
  await kept.ready;
  const startedAtMs = performance.now();
  await kept.stop(200);
  expect(performance.now() - startedAtMs).toBeLessThan(2000);
});

test("a program that is not there is told as such", async () => {
  const kept = keepProgram(["/no/such/program"], { ...program, onCrash: () => {} });
  await expect(kept.ready).rejects.toThrow("ENOENT");
  await kept.stop(100);
});

test("the waits between its starts leave nothing behind", async () => {
  const added = vi.spyOn(EventTarget.prototype, "addEventListener");
  const crashes: string[] = [];
  const kept = keepProgram(["/no/such/program"], {
    ...program,
    onCrash: (reason) => void crashes.push(reason),
  });
  await expect.poll(() => crashes.length, { timeout: 5000 }).toBe(4);
  const signals = added.mock.contexts.filter((target) => target instanceof AbortSignal);
  added.mockRestore();
  expect(signals.length).toBeGreaterThan(2);
  for (const signal of new Set(signals)) expect(getEventListeners(signal, "abort").length).toBeLessThan(2);
  await kept.stop(100);
});

test("for one that drains the next is started at once; asked to end, it is not asked again", async () => {
  const starts: number[] = [];
  const reasons: string[] = [];
  const drains = `
    let asked = 0;
    process.on("SIGTERM", () => {
      asked += 1;
      if (asked > 1) process.exit(1);
      console.log(JSON.stringify({ draining: true }));
      setTimeout(() => process.exit(0), 5000);
    });
    console.log("here");
    setInterval(() => {}, 1000);`;
  const lines: string[] = [];
  const gone: number[] = [];
  const kept = keepProgram(node(drains), {
    ...program,
    onStart: (pid) => starts.push(pid),
    onCrash: (reason) => reasons.push(reason),
    onLine: (pid, line) => lines.push(`${starts.indexOf(pid)} ${line}`),
    onGone: (pid) => gone.push(pid),
  });
  await kept.ready;
  const startMs = performance.now();
  process.kill(starts[0] ?? 0, "SIGTERM");
  await expect.poll(() => starts.length, { timeout: 4000 }).toBe(2);
  expect(reasons).toEqual(["draining"]);
  // The second one needs its time to take signals.
  await expect.poll(() => lines).toContain("1 here");
  await kept.stop(10_000);
  expect(performance.now() - startMs).toBeGreaterThan(5000);
  expect(starts).toHaveLength(2);
  expect(new Set(gone)).toEqual(new Set(starts));
  expect(lines.slice(0, 3)).toEqual(["0 here", '0 {"draining":true}', "1 here"]);
});

test("who drains and does not end in its time is killed with the others; hurried, it is asked again", async () => {
  const starts: number[] = [];
  const deaf = `
    process.on("SIGTERM", () => console.log(JSON.stringify({ draining: true })));
    console.log("here");
    setInterval(() => {}, 1000);`;
  const kept = keepProgram(node(deaf), {
    ...program,
    onStart: (pid) => starts.push(pid),
    onCrash: () => {},
  });
  await kept.ready;
  process.kill(starts[0] ?? 0, "SIGTERM");
  await expect.poll(() => starts.length).toBe(2);
  const startMs = performance.now();
  await kept.stop(300);
  expect(performance.now() - startMs).toBeLessThan(2000);
  for (const pid of starts) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
