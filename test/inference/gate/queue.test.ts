import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createQueue, createSingleFile } from "../../../inference/gate/queue.ts";

describe("createQueue", () => {
  it("lets only the latest piece of work of a client wait", async () => {
    const queue = createQueue(4);
    const door = Promise.withResolvers<string>();
    const first = queue.submit("a", () => door.promise);
    const second = queue.submit("a", async () => "second");
    const third = queue.submit("a", async () => "third");
    expect(await second).toBe("superseded");
    door.resolve("first");
    expect(await Promise.all([first, third])).toEqual(["first", "third"]);
  });

  it("keeps clients apart, and turns away more than it was made for", async () => {
    const queue = createQueue(2);
    const door = Promise.withResolvers<string>();
    const waiting = [queue.submit("a", () => door.promise), queue.submit("b", () => door.promise)];
    expect(await queue.submit("c", async () => "c")).toBe("busy");
    door.resolve("done");
    expect(await Promise.all(waiting)).toEqual(["done", "done"]);
    expect(await queue.submit("c", async () => "c")).toBe("c");
  });

  it("goes on after a failure", async () => {
    const queue = createQueue(1);
    const failed = queue.submit("a", () => Promise.reject(new Error("broken")));
    const next = queue.submit("a", async () => "next");
    await expect(failed).rejects.toThrow("broken");
    expect(await next).toBe("next");
  });

  it("answers everybody once, runs one of a client at a time, and always the last", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 30 }),
        fc.scheduler(),
        async (names, scheduler) => {
          const queue = createQueue(3);
          const running = new Set<string>();
          const begun: number[] = [];
          const answers = names.map((name, index) =>
            queue.submit(name, async () => {
              expect(running.has(name)).toBe(false);
              running.add(name);
              begun.push(index);
              await scheduler.schedule(Promise.resolve());
              running.delete(name);
              return index;
            }),
          );
          const settled = await scheduler.waitFor(Promise.all(answers));
          settled.forEach((answer, index) => expect(["superseded", index]).toContain(answer));
          for (const name of new Set(names)) expect(begun).toContain(names.lastIndexOf(name));
        },
      ),
    );
  });
});

describe("createSingleFile", () => {
  it("never overlaps and keeps the order, failures included", async () => {
    const inSingleFile = createSingleFile();
    const log: string[] = [];
    const step = (name: string, fails = false) =>
      inSingleFile(async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([step("a"), step("b", true), step("c")]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });
});
