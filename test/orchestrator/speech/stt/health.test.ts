import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { SpeechFault } from "../../../../orchestrator/speech/fault.ts";
import { createHealth } from "../../../../orchestrator/speech/stt/health.ts";

const broken = new SpeechFault("connectivity", "ECONNREFUSED");
const refused = new SpeechFault("unauthorized", "401");

function setUp() {
  const clock = { nowMs: 0 };
  const lines: string[] = [];
  const log = pino(
    {},
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  return { clock, lines, health: createHealth({ service: "deepgram", log, now: () => clock.nowMs }) };
}

describe("the health of a service", () => {
  test("is well until it fails, and again when it answers; each change is one line", () => {
    const { health, lines } = setUp();
    expect(health.state()).toBe("well");
    health.failed(broken);
    health.failed(broken);
    expect(health.state()).toBe("down");
    health.worked();
    health.worked();
    expect(health.state()).toBe("well");
    expect(lines).toEqual(["speech recogniser is down", "speech recogniser is well again"]);
  });

  test("the time until it is tried again doubles to a minute, however many calls fail at once", () => {
    const { clock, health } = setUp();
    const waits = Array.from({ length: 8 }, () => {
      for (let call = 0; call < 5; call++) health.failed(broken);
      const waitMs = health.retryAtMs() - clock.nowMs;
      clock.nowMs = health.retryAtMs();
      health.trying();
      clock.nowMs += 100;
      return waitMs;
    });
    expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test("an answer without words does not forgive; words do", () => {
    const { health } = setUp();
    health.failed(broken);
    health.worked();
    health.failed(broken);
    expect(health.retryAtMs()).toBe(4000);
    health.worked();
    health.transcribed();
    health.failed(broken);
    expect(health.retryAtMs()).toBe(2000);
  });

  test("only one call tries at a time", () => {
    const { clock, health } = setUp();
    health.failed(broken);
    clock.nowMs = 2000;
    health.trying();
    expect(health.retryAtMs()).toBe(5000);
  });

  test("a refusal is tried again after a minute, and stays one line", () => {
    const { clock, health, lines } = setUp();
    for (let minute = 0; minute < 5; minute++) {
      health.failed(refused);
      health.failed(broken);
      expect(health.state()).toBe("refused");
      expect(health.retryAtMs()).toBe(clock.nowMs + 60_000);
      clock.nowMs += 60_000;
      health.trying();
    }
    expect(lines).toEqual(["speech recogniser refuses our key, account or settings"]);
  });

  test("closing three streams at once means a refusal; an answer in between means none", () => {
    const { health } = setUp();
    health.closedAtOnce(broken);
    health.closedAtOnce(broken);
    health.worked();
    health.closedAtOnce(broken);
    health.closedAtOnce(broken);
    expect(health.state()).toBe("down");
    health.closedAtOnce(broken);
    expect(health.state()).toBe("refused");
  });

  test("audio that is refused says nothing against a service, unless it is three times in a row", () => {
    const { health } = setUp();
    const unreadable = new SpeechFault("invalid-request", "422");
    health.refusedAudio(unreadable);
    health.refusedAudio(unreadable);
    health.worked();
    health.transcribed();
    health.refusedAudio(unreadable);
    health.refusedAudio(unreadable);
    expect(health.state()).toBe("down");
    health.refusedAudio(unreadable);
    expect(health.state()).toBe("refused");
    const { health: opening } = setUp();
    opening.failed(unreadable);
    expect(opening.state()).toBe("refused");
  });
});
