import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, describe, expect, test } from "vitest";
import { createEar } from "../../../../orchestrator/speech/ear.ts";
import { audioOf, callEar } from "../../../standins/stt/call-ear.ts";
import { serviceConfig, startService } from "../../../standins/stt/services.ts";
import type { SttServer, SttServerOptions } from "../../../standins/stt/socket-server.ts";
import { toneSpeech } from "../../../standins/stt/tones.ts";

const QUESTION = "what is in front of me";
const LONG = `${QUESTION} there a red cup on the table and two people`;
const question = audioOf(300, toneSpeech(QUESTION).pcm, 800);
const servers: SttServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function start(
  name: "deepgram" | "assemblyai" = "deepgram",
  options: SttServerOptions = {},
): Promise<SttServer> {
  const server = await startService(name, options);
  servers.push(server);
  return server;
}

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly service?: string;
  readonly category?: string;
}

/** An ear of these services, and what it logs. */
function earOf(first: SttServer, second?: SttServer) {
  const lines: LogLine[] = [];
  const log = pino(
    { level: "debug" },
    { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) },
  );
  const configs = [serviceConfig("deepgram", first.url)];
  if (second !== undefined) configs.push(serviceConfig("assemblyai", second.url));
  const ear = createEar(configs, { language: "en", log });
  if (ear === undefined) throw new Error("no ear");
  return { ear, lines };
}

describe.concurrent("one service", () => {
  test("a half-open connection is replaced within 2.5 s of its last sign", async () => {
    const server = await start();
    server.next({ halfOpenAfterMs: 400 });
    const { ear } = earOf(server);
    const heard = await callEar(ear, audioOf(300, toneSpeech(LONG).pcm, 800));
    expect(heard.text).toBe(LONG);
    const first = heard.events[0]?.atMs ?? Infinity;
    expect(first).toBeGreaterThan(2000);
    expect(first).toBeLessThan(400 + 2500 + heard.lagMs);
  });

  test("a service that answers pings but no audio is replaced too", async () => {
    const server = await start();
    server.next({ stuckAfterMs: 400 });
    const { ear } = earOf(server);
    const heard = await callEar(ear, audioOf(300, toneSpeech(LONG).pcm, 800));
    expect(heard.text).toBe(LONG);
    expect(server.connections).toHaveLength(2);
  });

  test("words that end before the fault is seen are heard all the same", async () => {
    const server = await start();
    server.next({ halfOpenAfterMs: 500 });
    const { ear } = earOf(server);
    const heard = await callEar(ear, audioOf(300, toneSpeech("stop").pcm, 3500));
    expect(heard.text).toBe("stop");
    expect(heard.lastFinalAfterMs).toBeLessThan(3000 + heard.lagMs);
  });

  test("a half-open connection is found in silence, before anybody speaks", async () => {
    const server = await start("assemblyai");
    server.next({ halfOpenAfterMs: 200 });
    const ear = createEar([serviceConfig("assemblyai", server.url)], { language: "en" });
    const heard = await callEar(ear!, audioOf(6500, toneSpeech("stop").pcm, 800));
    expect(heard.text).toBe("stop");
    expect(server.connections).toHaveLength(2);
    expect(heard.lastFinalAfterMs).toBeLessThan(450 + heard.lagMs);
  });

  test("a muted microphone is no reason to lose the connection, nor for a line in the log", async () => {
    const server = await start();
    const { ear, lines } = earOf(server);
    const two = audioOf(300, toneSpeech("stop").pcm, 700, toneSpeech("go now").pcm, 700);
    const heard = await callEar(ear, two, { mute: { atMs: 900, forMs: 11_500 } });
    expect(heard.text).toBe("stop go now");
    expect(server.connections).toHaveLength(1);
    expect(server.connections[0]?.messages.filter((text) => text.includes("KeepAlive")).length).toBe(3);
    expect(lines).toEqual([]);
  });

  test("a refused key is tried once, logged once, and leaves no ear", async () => {
    const server = await start("deepgram", { apiKey: "another" });
    const { ear, lines } = earOf(server);
    const heard = await callEar(ear, question);
    expect(heard.events).toEqual([]);
    expect(heard.places).toEqual([null]);
    expect(ear.place()).toBeNull();
    expect(server.connections).toHaveLength(1);
    expect(lines).toMatchObject([{ level: 50, service: "deepgram", category: "unauthorized" }]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("a service that closes every stream at once is taken for one that refuses", async () => {
    const server = await start();
    server.always({ closeAtOnce: 1000 });
    const { ear, lines } = earOf(server);
    await callEar(ear, question);
    await callEar(ear, question);
    expect(server.connections).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ level: 50, category: "unauthorized" });
    expect(ear.place()).toBeNull();
  });

  test("a service that comes back is used again, what was said meanwhile is heard", async () => {
    const server = await start();
    server.next({ refuse: 503 }, { refuse: 503 }, { refuse: 503 });
    const { ear, lines } = earOf(server);
    const heard = await callEar(ear, question);
    expect(heard.text).toBe(QUESTION);
    expect(heard.places).toEqual([null, "deepgram"]);
    expect(lines.map(({ msg }) => msg)).toEqual([
      "speech recogniser is down",
      "speech recogniser is well again",
    ]);
  });

  test("noise without words costs no connection", async () => {
    const server = await start("assemblyai");
    const ear = createEar([serviceConfig("assemblyai", server.url)], { language: "en" });
    const cough = new Int16Array(4800).map(() => (Math.random() - 0.5) * 8000);
    const heard = await callEar(ear!, audioOf(300, cough, 3000, toneSpeech("stop").pcm, 800));
    expect(heard.text).toBe("stop");
    expect(server.connections).toHaveLength(1);
  });

  test("an abort ends the call at once and closes its connection", async () => {
    const server = await start();
    const { ear } = earOf(server);
    const stop = new AbortController();
    const startedAtMs = performance.now();
    setTimeout(() => stop.abort(), 600);
    const { lagMs } = await callEar(ear, question, { signal: stop.signal });
    expect(performance.now() - startedAtMs).toBeLessThan(800 + lagMs);
    await wait(100);
    expect(server.connections[0]?.isOpen).toBe(false);
  });
});

describe.concurrent("two services", () => {
  test("the second takes over in mid-utterance, and hears what the first had not told", async () => {
    const [first, second] = [await start(), await start("assemblyai")];
    first.next({ cutAfterMs: 1200 });
    first.always({ refuse: 502 });
    const { ear } = earOf(first, second);
    const heard = await callEar(ear, question);
    expect(heard.text).toBe(QUESTION);
    expect(heard.places).toEqual(["deepgram", "assemblyai"]);
    expect(heard.lastFinalAfterMs).toBeLessThan(600 + heard.lagMs);
    expect(ear.place()).toEqual({ name: "assemblyai", host: "this machine" });
  });

  test("a refused key: the second is asked at once", async () => {
    const [first, second] = [await start("deepgram", { apiKey: "another" }), await start("assemblyai")];
    const { ear, lines } = earOf(first, second);
    const heard = await callEar(ear, question);
    expect(heard.text).toBe(QUESTION);
    expect(heard.places).toEqual(["assemblyai"]);
    expect(first.connections).toHaveLength(1);
    expect(lines).toHaveLength(1);
  });

  test("back to the first between utterances, when it is well again", async () => {
    const [first, second] = [await start(), await start("assemblyai")];
    first.next({ refuse: 502 });
    const { ear, lines } = earOf(first, second);
    const two = audioOf(300, toneSpeech(QUESTION).pcm, 2200, toneSpeech("go now please").pcm, 800);
    const heard = await callEar(ear, two);
    expect(heard.text).toBe(`${QUESTION} go now please`);
    expect(heard.places).toEqual(["assemblyai", "deepgram"]);
    await wait(200);
    const open = [first, second].flatMap(({ connections }) => connections.filter(({ isOpen }) => isOpen));
    expect(open).toEqual([]);
    expect(lines.map(({ msg }) => msg)).toEqual([
      "speech recogniser is down",
      "speech recogniser is well again",
    ]);
  });

  test("a service that answers pings, but no audio, is not gone back to", async () => {
    const [first, second] = [await start(), await start("assemblyai")];
    first.always({ stuckAfterMs: 50 });
    const { ear } = earOf(first, second);
    const two = audioOf(300, toneSpeech(LONG).pcm, 3500, toneSpeech("go now please").pcm, 800);
    const heard = await callEar(ear, two);
    expect(heard.text).toBe(`${LONG} go now please`);
    expect(heard.places).toEqual(["deepgram", "assemblyai"]);
  });

  test("a service whose streams die young after a word is left, and not gone back to in between", async () => {
    const [first, second] = [await start(), await start("assemblyai")];
    first.always({ cutAfterMs: 1600 });
    const { ear, lines } = earOf(first, second);
    const say = ["stop", "go now", "please", "stop"].flatMap((words) => [toneSpeech(words).pcm, 1500]);
    const heard = await callEar(ear, audioOf(300, ...say));
    expect(heard.text).toBe("stop go now please stop");
    expect(lines).toEqual([]);
    expect(heard.places.at(-1)).toBe("assemblyai");
    expect(first.connections).toHaveLength(3);
    expect(second.connections).toHaveLength(1);
  });

  test("calls of one process share what is known of a service", async () => {
    const [first, second] = [await start(), await start("assemblyai")];
    first.always({ refuse: 502 });
    const { ear, lines } = earOf(first, second);
    const calls = await Promise.all(Array.from({ length: 5 }, () => callEar(ear, question)));
    expect(calls.map(({ text }) => text)).toEqual(Array.from({ length: 5 }, () => QUESTION));
    expect(lines).toHaveLength(1);
    expect(first.connections.length).toBeLessThanOrEqual(6);
  });
});
