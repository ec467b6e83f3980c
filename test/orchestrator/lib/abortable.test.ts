import { describe, expect, it } from "vitest";
import { abortable, orAbort, sleep } from "../../../orchestrator/lib/abortable.ts";

const never = new Promise<never>(() => {});

async function* forever(closed: string[]): AsyncGenerator<number> {
  try {
    yield 1;
    await never;
  } finally {
    closed.push("closed");
  }
}

describe("abortable", () => {
  it("passes items on and ends with its source", async () => {
    const items: number[] = [];
    const source = (async function* () {
      yield 1;
      yield 2;
    })();
    for await (const item of abortable(source, new AbortController().signal)) items.push(item);
    expect(items).toEqual([1, 2]);
  });

  it("ends a wait at once with the first reason", async () => {
    const controller = new AbortController();
    const items = abortable(forever([]), controller.signal);
    await items.next();
    const waiting = items.next();
    controller.abort(new Error("barge-in"));
    controller.abort(new Error("deadline"));
    await expect(waiting).rejects.toThrow("barge-in");
  });

  it("closes its source when the reader stops early", async () => {
    const closed: string[] = [];
    for await (const _item of abortable(forever(closed), new AbortController().signal)) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual(["closed"]);
  });

  it("does not start when the signal is already aborted", async () => {
    const started = abortable(forever([]), AbortSignal.abort(new Error("shutdown")));
    await expect(started.next()).rejects.toThrow("shutdown");
  });
});

describe("orAbort", () => {
  it("takes the promise's own fault when it comes first", async () => {
    await expect(orAbort(Promise.reject(new Error("fault")), new AbortController().signal)).rejects.toThrow(
      "fault",
    );
  });

  it("makes an error of a reason that is none", async () => {
    await expect(orAbort(never, AbortSignal.abort("superseded"))).rejects.toThrow("superseded");
  });
});

describe("sleep", () => {
  it("leaves no timer behind when it is aborted", async () => {
    const controller = new AbortController();
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const sleeping = sleep(60_000, controller.signal);
    controller.abort(new Error("shutdown"));
    await expect(sleeping).rejects.toThrow("shutdown");
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBe(before);
  });
});
