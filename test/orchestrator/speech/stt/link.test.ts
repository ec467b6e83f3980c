import { afterEach, describe, expect, test } from "vitest";
import { SpeechFault } from "../../../../orchestrator/speech/fault.ts";
import { createAssemblyai } from "../../../../orchestrator/speech/stt/assemblyai.ts";
import { createDeepgramFlux } from "../../../../orchestrator/speech/stt/deepgram-flux.ts";
import { openLink, type Link } from "../../../../orchestrator/speech/stt/link.ts";
import { createOpenaiRealtime } from "../../../../orchestrator/speech/stt/openai-realtime.ts";
import type { Recogniser, Recognition } from "../../../../orchestrator/speech/stt/recogniser.ts";
import { createService, type Service } from "../../../../orchestrator/speech/stt/service.ts";
import { startScriptedServer, type ScriptedServer } from "../../../standins/stt/scripted-server.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";

const fault = new SpeechFault("server", "3005");

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function serviceOf(recogniser: Recogniser): Service {
  return createService(recogniser, { now: () => performance.now() });
}

function open(service: Service, verify = false): Promise<Link> {
  return openLink(service, {
    signal: new AbortController().signal,
    now: () => performance.now(),
    limitMs: 3000,
    verify,
    events: { interim: () => {}, final: () => {} },
  });
}

describe("a fault in the packet that opens the stream", () => {
  test.each([
    ["deepgram-flux", createDeepgramFlux, [{ type: "Error", code: "3005" }]],
    ["openai-realtime", createOpenaiRealtime, [{ type: "error", error: { type: "server", code: "3005" } }]],
    [
      "assemblyai",
      createAssemblyai,
      [
        { type: "Begin", id: "1", expires_at: 1 },
        { type: "Error", error_code: 3005, error: "Server error" },
      ],
    ],
  ] as const)("of %s leaves no call with a dead stream", async (name, create, greeting) => {
    server = await startScriptedServer((client) => {
      for (const message of greeting) client.say(message);
    });
    const service = serviceOf(create(serviceConfig(name, server.url), { language: "en" }));
    await expect(open(service)).rejects.toMatchObject({ category: "server", code: "3005" });
    expect(service.health.state()).toBe("down");
  });
});

/** A service whose streams are open when `opening` is over. */
function recogniserWith(opening: (options: Parameters<Recogniser["open"]>[0]) => void) {
  let closed = 0;
  const recognition: Recognition = {
    push: () => {},
    speechStarted: () => {},
    speechEnded: () => {},
    keepAlive: () => {},
    close: () => {
      closed += 1;
    },
  };
  const recogniser: Recogniser = {
    place: { name: "a", host: "this machine" },
    answers: "audio",
    async open(options) {
      opening(options);
      return recognition;
    },
  };
  return { recogniser, closed: () => closed };
}

test("a stream that failed before it was open is closed, and does not make its service well", async () => {
  const { recogniser, closed } = recogniserWith(({ events }) => events.failed(fault));
  const service = serviceOf(recogniser);
  service.health.failed(fault);
  await expect(open(service, true)).rejects.toBe(fault);
  expect(service.health.state()).toBe("down");
  expect(closed()).toBe(1);
});

test("a stream that is open says why it ended, once, and is closed", async () => {
  let fail = (): void => {};
  const { recogniser, closed } = recogniserWith(({ events }) => {
    fail = () => events.failed(fault);
  });
  const service = serviceOf(recogniser);
  const link = await open(service, true);
  expect(service.health.state()).toBe("well");
  fail();
  link.end();
  expect(await link.over).toBe(fault);
  expect(closed()).toBe(1);
  expect(service.health.state()).toBe("down");
});
