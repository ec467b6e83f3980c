import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEar } from "../../../../orchestrator/speech/ear.ts";
import { audioOf, callEar } from "../../../standins/stt/call-ear.ts";
import { serviceConfig, SOCKET_SERVICES, startService } from "../../../standins/stt/services.ts";
import type { SttServer } from "../../../standins/stt/socket-server.ts";
import { TONE_WORDS, toneSpeech } from "../../../standins/stt/tones.ts";

/** Silence at the end: a last cut, two services that refuse, and the longest wait for a final. */
const END_MS = 3000;

/** A call: what is said, the delay of finals, and when all connections are cut. */
const scenario = fc.record({
  words: fc.array(fc.constantFrom(...TONE_WORDS), { minLength: 6, maxLength: 20 }),
  pauseAt: fc.nat({ max: 19 }),
  pauseMs: fc.integer({ min: 150, max: 900 }),
  finalMs: fc.integer({ min: 100, max: 900 }),
  cutsMs: fc.array(fc.integer({ min: 200, max: 5000 }), { minLength: 1, maxLength: 5 }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;
type Name = (typeof SOCKET_SERVICES)[number];

/** What is heard of a call by these services, all of whose connections are cut each time; `onCut` before it. */
async function hear(
  names: readonly Name[],
  { words, pauseAt, pauseMs, finalMs, cutsMs }: Scenario,
  onCut: (servers: readonly SttServer[], cut: number) => void = () => {},
): Promise<string> {
  const servers = await Promise.all(names.map((name) => startService(name, { finalMs })));
  try {
    const configs = names.map((name, index) => serviceConfig(name, servers[index]!.url));
    const ear = createEar(configs, { language: "en" });
    const pause = Math.min(pauseAt, words.length);
    const sound = [words.slice(0, pause), words.slice(pause)].map((part) =>
      part.length === 0 ? 0 : toneSpeech(part.join(" ")).pcm,
    );
    const cuts = cutsMs.toSorted((a, b) => a - b);
    let cut = 0;
    const heard = await callEar(ear!, audioOf(300, sound[0]!, pauseMs, sound[1]!, END_MS), {
      onAudio: (saidMs) => {
        if ((cuts[cut] ?? Infinity) > saidMs) return;
        onCut(servers, cut++);
        for (const server of servers) server.cut();
      },
    });
    return heard.text;
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** Eight calls at once, since they take their time. */
function expectEveryWordOnce(hearOne: (call: Scenario) => Promise<string>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.array(scenario, { minLength: 8, maxLength: 8 }), async (calls) => {
      const texts = await Promise.all(calls.map(hearOne));
      expect(texts).toEqual(calls.map(({ words }) => words.join(" ")));
    }),
    { numRuns: 1, endOnFailure: true },
  );
}

describe.concurrent("whenever the connection is cut, every word is heard, none twice", () => {
  test.each(SOCKET_SERVICES)("%s", (name) => expectEveryWordOnce((call) => hear([name], call)), 30_000);

  test("also when services give way to each other, and come back", async () => {
    const refuseInTurn = (servers: readonly SttServer[], cut: number): void =>
      servers[cut % 2]!.next({ refuse: 502 }, { closeAtOnce: 1011 });
    await expectEveryWordOnce((call) => hear(["deepgram", "assemblyai"], call, refuseInTurn));
  }, 30_000);
});
