import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChatEngine } from "../../../orchestrator/engines/chat-engine.ts";
import { createCloudEngine } from "../../../orchestrator/engines/cloud-engine.ts";
import { createLocalEngine } from "../../../orchestrator/engines/local-engine.ts";
import { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { Engine } from "../../../orchestrator/turn/ports.ts";
import type { Jpeg, Prompt } from "../../../orchestrator/turn/turn.ts";
import { type OpenaiServer, startOpenaiServer } from "../../standins/openai-server.ts";
import { frameOf, verdictOf } from "../../standins/turn.ts";
import { ask, configOf, contextOf, pictureOf, promptOf, shows, text } from "./engine-fixture.ts";

let server: OpenaiServer;
/** What the engine says that it has sent. */
const sent: string[] = [];
let cloud: ReturnType<typeof createCloudEngine>;
let local: ReturnType<typeof createLocalEngine>;

beforeAll(async () => {
  server = await startOpenaiServer();
  const options = { config: configOf(server.url), secretKey: undefined };
  cloud = createCloudEngine({ ...options, onPictureSent: (sha256) => sent.push(sha256) });
  local = createLocalEngine(options);
});
afterAll(() => Promise.all([cloud.close(), local.close(), server.close()]));

const frame = frameOf();
const private_ = pictureOf("private");

describe("the cloud engine", () => {
  it("sends the bytes that were judged clear", async () => {
    const clear = ClearPicture.of(frame, verdictOf(frame), 0);
    if (clear === undefined) throw new Error("the frame is clear");
    const { text: answer } = await ask(cloud, promptOf<ClearPicture>([[shows(clear), text("What is it?")]]));
    expect(answer).toBe("Hi.");
    const [, base64 = ""] = /base64,([^"]*)/u.exec(JSON.stringify(server.chats.at(-1)?.body)) ?? [];
    const sha256 = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
    expect(sha256).toBe(frame.gated.sha256);
    expect(sent).toEqual([sha256]);
  });

  it("never sends what only claims to be clear", async () => {
    const before = server.requests.length;
    const counterfeit = Object.assign(Object.create(ClearPicture.prototype) as object, {
      bytes: private_.bytes,
    });
    const impostors: readonly unknown[] = [
      private_,
      { jpeg: private_ },
      frame,
      frame.gated,
      counterfeit,
      null,
      "picture",
    ];
    for (const impostor of impostors) {
      const prompt = promptOf([[shows(impostor), text("What is it?")]]) as Prompt<ClearPicture>;
      const events = cloud.answer(prompt, contextOf())[Symbol.asyncIterator]();
      await expect(events.next()).rejects.toThrow(impostor === counterfeit ? TypeError : "was kept back");
    }
    expect(server.requests.length).toBe(before);
    expect(sent).toHaveLength(1);
    expect(cloud.available()).toBe(true);
  });

  it("cannot be built for, or asked with, anything else", () => {
    // Each line is a type error, and the test does not compile once one is not.
    const wrong = (): void => {
      const options = { config: configOf(server.url), secretKey: undefined, onPictureSent: () => {} };
      // @ts-expect-error a prompt of unjudged pictures
      cloud.answer(promptOf<Jpeg>([[shows(private_)]]), contextOf());
      // @ts-expect-error a prompt of objects that look like clear pictures
      cloud.answer(promptOf<{ readonly jpeg: Jpeg }>([[shows({ jpeg: private_ })]]), contextOf());
      // @ts-expect-error an engine of that name over unjudged pictures
      createChatEngine<Jpeg>({ ...options, name: "cloud", toJpeg: (jpeg) => jpeg });
      // @ts-expect-error the same by inference
      createChatEngine({ ...options, name: "cloud", toJpeg: (jpeg: Jpeg) => jpeg });
      // @ts-expect-error nobody is told what it sends
      createCloudEngine({ config: configOf(server.url), secretKey: undefined });
      // @ts-expect-error an engine over whichever picture
      createChatEngine<Jpeg | ClearPicture>({ ...options, name: "cloud", toJpeg: () => private_ });
      // @ts-expect-error the factory chooses what becomes of a picture
      createCloudEngine({ ...options, toJpeg: () => private_ });
      // @ts-expect-error the local engine in the cloud's place
      const port: Engine<ClearPicture> = local;
      // @ts-expect-error the only way to a clear picture is the verdict on it
      const clear: ClearPicture = { jpeg: private_ };
      void [port, clear];
    };
    expect(wrong).toBeTypeOf("function");
  });
});
