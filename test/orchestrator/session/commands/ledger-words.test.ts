import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ledgerWords } from "../../../../orchestrator/session/commands/ledger-words.ts";
import type { LedgerEntry, LedgerFrame, LedgerPlace } from "../../../../orchestrator/store/ledger.ts";

const HERE = "this machine";
const local: LedgerPlace = { name: "local", model: "vision", host: HERE };
const cloud: LedgerPlace = { name: "cloud", model: "gpt-4o", host: "api.openai.com" };
const deepgram: LedgerPlace = { name: "deepgram", model: null, host: "api.deepgram.com" };
const elevenlabs: LedgerPlace = { name: "elevenlabs", model: null, host: "api.elevenlabs.io" };
const espeak: LedgerPlace = { name: "espeak", model: null, host: HERE };

let made = 0;
function entry(part: Partial<LedgerEntry> = {}): LedgerEntry {
  made += 1;
  return {
    turn: `turn ${made}`,
    call: "call",
    caller: "caller",
    atMs: made,
    frame: null,
    engine: local,
    reason: "test",
    ear: null,
    voice: null,
    ...part,
  };
}
function picture(verdict: LedgerFrame["verdict"], capturedAtMs = (made += 1)): LedgerFrame {
  return { sha256: "0".repeat(64), source: "camera", capturedAtMs, verdict, persons: null };
}

const here = (): LedgerEntry => entry({ frame: picture("person") });
const away = (): LedgerEntry => entry({ frame: picture("clear"), engine: cloud });

const calls: readonly (readonly [string, () => readonly LedgerEntry[], string, string])[] = [
  [
    "an empty call",
    () => [],
    "The record of this call is still empty.",
    "Das Protokoll dieses Gesprächs ist noch leer.",
  ],
  [
    "words only, all here",
    () => [entry(), entry({ voice: espeak, ear: { ...deepgram, host: HERE } })],
    "In this call, no pictures. Nothing left this machine.",
    "In diesem Gespräch kein Bild. Nichts hat diesen Rechner verlassen.",
  ],
  [
    "one picture, here",
    () => [here()],
    "In this call, one picture: it stayed on this machine. Nothing left this machine.",
    "In diesem Gespräch ein Bild: es blieb auf diesem Rechner. Nichts hat diesen Rechner verlassen.",
  ],
  [
    "pictures of both kinds, and a voice that is heard elsewhere",
    () => [here(), away(), here()].map((one) => ({ ...one, ear: deepgram })),
    "In this call, three pictures: two stayed on this machine, one without people went to api.openai.com. Your voice went to Deepgram and the words of one question went to api.openai.com.",
    "In diesem Gespräch drei Bilder: zwei blieben auf diesem Rechner, eines ohne Personen ging an api.openai.com. Deine Stimme ging an Deepgram und die Worte einer Frage gingen an api.openai.com.",
  ],
  [
    "all of it elsewhere",
    () => [away(), away()].map((one) => ({ ...one, ear: deepgram, voice: elevenlabs })),
    "In this call, two pictures: all went to api.openai.com, without people. Your voice went to Deepgram, my words went to ElevenLabs and the words of two questions went to api.openai.com.",
    "In diesem Gespräch zwei Bilder: alle gingen an api.openai.com, ohne Personen. Deine Stimme ging an Deepgram, meine Worte gingen an ElevenLabs und die Worte von zwei Fragen gingen an api.openai.com.",
  ],
  [
    "an engine of the operator's own on another machine, which sees people",
    () => [entry({ frame: picture("person"), engine: { ...local, host: "gpu.lan" } }), here()],
    "In this call, two pictures: one stayed on this machine, one with people went to gpu.lan. The words of one question went to gpu.lan.",
    "In diesem Gespräch zwei Bilder: eines blieb auf diesem Rechner, eines mit Personen ging an gpu.lan. Die Worte einer Frage gingen an gpu.lan.",
  ],
  [
    "a picture that the cloud refused and the local engine answered: one capture, two places",
    () => [
      entry({ turn: "t", frame: picture("clear", 5), engine: cloud }),
      entry({ turn: "t", frame: picture("clear", 5), engine: local }),
    ],
    "In this call, one picture: it went to api.openai.com, without people. The words of one question went to api.openai.com.",
    "In diesem Gespräch ein Bild: es ging an api.openai.com, ohne Personen. Die Worte einer Frage gingen an api.openai.com.",
  ],
  [
    "a service by a well-known name at an address of the operator's own",
    () => [entry({ ear: { ...deepgram, host: "stt.lan" } }), entry({ ear: deepgram })],
    "In this call, no pictures. Your voice went to Deepgram and stt.lan.",
    "In diesem Gespräch kein Bild. Deine Stimme ging an Deepgram und stt.lan.",
  ],
  [
    "a notice about a picture: nobody got it",
    () => [entry({ frame: picture("unknown"), engine: null }), away()],
    "In this call, two pictures: one stayed on this machine, one without people went to api.openai.com. The words of one question went to api.openai.com.",
    "In diesem Gespräch zwei Bilder: eines blieb auf diesem Rechner, eines ohne Personen ging an api.openai.com. Die Worte einer Frage gingen an api.openai.com.",
  ],
];

describe("what did you send where", () => {
  it.each(calls)("%s", (_name, entries, english, german) => {
    const call = entries();
    expect(ledgerWords(call, "en-GB")).toBe(english);
    expect(ledgerWords([...call].reverse(), "en")).toBe(english);
    expect(ledgerWords(call, "de")).toBe(german);
  });

  it("names somebody else's server that sound and pictures pass, and then nothing stayed", () => {
    expect(ledgerWords([entry()], "en", "calls.livekit.cloud")).toBe(
      "In this call, no pictures. All sound and pictures of this call pass through LiveKit Cloud.",
    );
    expect(ledgerWords([entry({ ear: deepgram })], "de", "rtc.example.com")).toBe(
      "In diesem Gespräch kein Bild. Deine Stimme ging an Deepgram. Ton und Bilder dieses Gesprächs laufen über rtc.example.com.",
    );
    expect(ledgerWords([], "en", "rtc.example.com")).toBe(
      "The record of this call is still empty. All sound and pictures of this call pass through rtc.example.com.",
    );
  });

  it("names every host that got something, whatever the call was", () => {
    const places = [local, cloud, deepgram, { ...local, host: "gpu.lan" }, null];
    const some = fc.record({
      engine: fc.constantFrom(...places),
      ear: fc.constantFrom(...places),
      voice: fc.constantFrom(...places),
      frame: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 30 }), (turns) => {
        const entries = turns.map((turn) => entry({ ...turn, frame: turn.frame ? picture("clear") : null }));
        const said = ledgerWords(entries, "en");
        const hosts = entries.flatMap(({ engine, ear, voice }) => [engine?.host, ear?.host, voice?.host]);
        const names: Readonly<Record<string, string>> = {
          "api.openai.com": "api.openai.com",
          "api.deepgram.com": "Deepgram",
          "gpu.lan": "gpu.lan",
        };
        for (const [host, name] of Object.entries(names)) {
          expect(said.includes(name)).toBe(hosts.includes(host));
        }
        expect(said.includes("Nothing left this machine")).toBe(
          hosts.every((host) => !host || host === HERE),
        );
      }),
    );
  });
});
