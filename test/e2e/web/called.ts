import { afterAll, beforeAll } from "vitest";
import type { LivekitServer } from "../../../orchestrator/assets/livekit-process.ts";
import type { CallEvent, CallState } from "../../../orchestrator/session/call-events.ts";
import { startRealLivekit } from "../../standins/livekit-server.ts";
import { joinAsAgent, type TestAgent } from "./agent.ts";
import type { BrowserOptions, TestBrowser } from "./chromium.ts";
import { closeAfterEach, later, open } from "./opened.ts";

export const LONG = { timeout: 20_000 };

/** What an assistant with ear and voice says of itself. */
export const SPEECH: CallEvent = { type: "speech", ear: "deepgram", voice: "espeak" };

/** The page in a call, and its counterpart. */
export interface TestCall extends TestBrowser {
  readonly agent: TestAgent;
  /** Name of the room. */
  readonly room: () => string;
}

type Open = (options?: BrowserOptions, script?: string, state?: CallState) => Promise<TestCall>;

/** A real LiveKit server for the tests of this file, and calls on it. `script` runs before the page's own; `state`: what the assistant does when it comes. */
export function withLivekit(): {
  readonly server: () => LivekitServer;
  /** Opens the page, presses Enter and joins as the assistant. */
  readonly join: Open;
  /** The same, until the page says that one may speak. */
  readonly call: Open;
} {
  let server: LivekitServer | undefined;
  const running = (): LivekitServer => {
    if (!server) throw new Error("the server is not started yet");
    return server;
  };
  beforeAll(async () => {
    server = await startRealLivekit();
  }, 300_000);
  afterAll(() => server?.close());
  closeAfterEach();

  const join: Open = async (options, script = "", state = "listening") => {
    const joined = Promise.withResolvers<TestAgent>();
    let room = "";
    const onRoom = (name: string): void => {
      if (room === "") joinAsAgent(running(), name, state).then(joined.resolve, joined.reject);
      room = name;
    };
    const browser = await open({ livekit: { ...running(), onRoom } }, options, script);
    await browser.page.keyboard.press("Enter");
    const agent = await joined.promise;
    later(() => agent.leave());
    return { ...browser, agent, room: () => room };
  };
  return {
    server: running,
    join,
    async call(options, script) {
      const call = await join(options, script);
      await call.page.getByText("In call. Speak now.").waitFor();
      await call.agent.tell(SPEECH);
      return call;
    },
  };
}
