import { PassThrough } from "node:stream";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { EngineError } from "../../orchestrator/errors.ts";
import { createMetrics } from "../../orchestrator/metrics/metrics.ts";
import { runTurn, type TurnListener, type TurnRunner } from "../../orchestrator/run-turn.ts";
import { createConversation } from "../../orchestrator/turn/conversation.ts";
import type { Ports } from "../../orchestrator/turn/ports.ts";
import type { Jpeg, Sighting } from "../../orchestrator/turn/turn.ts";
import { cameraOf, engineOf, frameOf, gateOf, personVerdict, saying, settingsOf } from "../standins/turn.ts";

const SEEING = "What is in front of me?";
const SECRET = "my-letter-from-the-clinic";
const frame = frameOf();
const never = new AbortController().signal;

/** A runner with everything recorded, and what it logged. */
function setUp(ports: Partial<Ports> = {}, level = "info") {
  const sink = new PassThrough();
  const metrics = createMetrics();
  const runner: TurnRunner = {
    ports: {
      camera: cameraOf(frame),
      gate: gateOf(personVerdict),
      local: engineOf<Jpeg>("A |door."),
      cloud: undefined,
      describer: engineOf<Sighting>("One |person."),
      ...ports,
    },
    settings: settingsOf(),
    conversation: createConversation("call"),
    contextTokens: 100_000,
    localPictures: 24,
    metrics,
    tracer: undefined,
    log: pino({ level }, sink),
    transport: "terminal",
  };
  const logged = (): readonly Record<string, unknown>[] =>
    ((sink.read() as Buffer | null)?.toString() ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { runner, metrics, logged };
}

const silent: TurnListener = { onText: () => {} };
const broken = (): never => {
  throw new EngineError("local", "server", "http-500", { message: "local engine: failed" });
};

describe("a turn that is answered", () => {
  it("is heard piece by piece, remembered with its picture, counted and logged", async () => {
    const { runner, metrics, logged } = setUp();
    const heard: string[] = [];
    const { answer, report } = await runTurn(runner, SEEING, never, { onText: (text) => heard.push(text) });
    expect(heard.join("")).toBe("A door.");
    expect(answer).toBe("A door.");
    expect(report).toMatchObject({ outcome: "answered", route: { engine: "local" } });
    expect(runner.conversation.snapshot()).toEqual([
      expect.objectContaining({ question: SEEING, answer: "A door.", engine: "local", clear: null }),
    ]);
    expect(runner.conversation.snapshot()[0]!.jpeg?.sha256).toBe((await frame.detailed()).sha256);
    expect(await metrics.exposition()).toMatch(/^sightline_turns_total\{.*outcome="answered"\} 1$/m);
    expect(logged()).toEqual([
      expect.objectContaining({ msg: "turn", transport: "terminal", outcome: "answered", engine: "local" }),
    ]);
  });

  it("is remembered with what stood behind its question", async () => {
    const local = engineOf<Jpeg>("A |door.");
    const { runner } = setUp({ local });
    await runTurn({ ...runner, note: "(Briefly.)" }, SEEING, never, silent);
    expect(JSON.stringify(local.prompts[0])).toContain(`${SEEING}\\n(Briefly.)`);
    expect(runner.conversation.snapshot()).toEqual([
      expect.objectContaining({ question: SEEING, note: "(Briefly.)" }),
    ]);
  });

  it("says nothing of its words in the log", async () => {
    const { runner, logged } = setUp({ local: engineOf<Jpeg>(`It says |${SECRET}.`) });
    await runTurn(runner, `What is ${SECRET} in front of me?`, never, silent);
    expect(JSON.stringify(logged())).not.toContain(SECRET);
  });
});

describe("a turn that met a fault", () => {
  it("logs it as a warning when nobody else tells it", async () => {
    const { runner, logged } = setUp({ local: engineOf<Jpeg>(broken) }, "warn");
    const { report } = await runTurn(runner, SEEING, never, silent);
    expect(report).toMatchObject({ outcome: "answered", route: { engine: "describer" } });
    expect(logged()).toEqual([
      expect.objectContaining({
        level: 40,
        msg: "turn fault",
        engine: "local",
        category: "server",
        code: "http-500",
      }),
    ]);
  });

  it("hands it to a listener that tells it", async () => {
    const { runner, logged } = setUp({ local: engineOf<Jpeg>(broken) }, "warn");
    const faults: unknown[] = [];
    await runTurn(runner, SEEING, never, { ...silent, onFault: (error) => faults.push(error) });
    expect(faults).toEqual([expect.objectContaining({ code: "http-500" })]);
    expect(logged()).toEqual([]);
  });

  it("and in which nobody could answer is no part of later prompts", async () => {
    const { runner } = setUp({ local: engineOf<Jpeg>(broken), camera: cameraOf() });
    const { answer, report } = await runTurn(runner, "What is the capital of France?", never, silent);
    expect(report.outcome).toBe("notice");
    expect(runner.conversation.snapshot()).toEqual([expect.objectContaining({ answer, engine: "none" })]);
  });
});

describe("a turn that is stopped", () => {
  it("keeps what was heard, and nothing more", async () => {
    const stop = new AbortController();
    const local = engineOf<Jpeg>(async function* () {
      yield* saying("A |door |on |the |left.");
    });
    const { runner } = setUp({ local });
    let heard = "";
    const { report, answer } = await runTurn(runner, SEEING, stop.signal, {
      onText: (text) => {
        heard += text;
        if (heard.includes("door")) stop.abort(new DOMException("barge-in", "AbortError"));
      },
    });
    expect(report.outcome).toBe("cancelled");
    expect(answer).toBe(heard);
    expect(answer).not.toContain("left");
    expect(runner.conversation.snapshot()).toEqual([
      expect.objectContaining({ question: SEEING, answer: heard, engine: "local" }),
    ]);
  });
});
