import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { InputError } from "../../../orchestrator/errors.ts";
import type { Ask, AskedQuestion } from "../../../orchestrator/http/ask.ts";
import { CODE, startGateway } from "./gateway-fixture.ts";

const PATH = "/api/v1/ask";
const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3]);
const DATA_URL = `data:image/jpeg;base64,${PICTURE.toString("base64")}`;

/** An `ask` that keeps what it was asked. */
function recorder() {
  const asked: AskedQuestion[] = [];
  const ask: Ask = async (question, _signal, onEvent) => {
    asked.push(question);
    onEvent({ type: "need", need: { value: true, reason: "scene" } });
    onEvent({ type: "route", engine: "local", reason: "person-in-frame" });
    onEvent({ type: "text", text: "Two\nlines" });
    onEvent({ type: "end", turn: "t1", outcome: "answered", engine: "local", ttftMs: 5, totalMs: 9 });
  };
  return { asked, ask };
}

describe("a question", () => {
  test("is answered as server-sent events", async () => {
    const { asked, ask } = recorder();
    const gateway = await startGateway({ ask });
    const answer = await gateway.post(PATH, { question: "  what is this? ", image: DATA_URL });
    expect(answer.text).toBe(
      [
        'event: need\ndata: {"need":{"value":true,"reason":"scene"}}\n\n',
        'event: route\ndata: {"engine":"local","reason":"person-in-frame"}\n\n',
        'event: text\ndata: {"text":"Two\\nlines"}\n\n',
        'event: end\ndata: {"turn":"t1","outcome":"answered","engine":"local","ttftMs":5,"totalMs":9}\n\n',
      ].join(""),
    );
    const caller = answer.cookie?.split("=")[1]?.split(".")[0];
    expect(asked).toEqual([
      { caller, question: "what is this?", picture: { bytes: PICTURE, kind: "upload" } },
    ]);
  });

  test("may be a form with a photo as it came from a camera", async () => {
    const { asked, ask } = recorder();
    const gateway = await startGateway({ ask });
    const form = new FormData();
    form.set("question", "what is this?");
    const photo = Buffer.alloc(20 * 2 ** 20, PICTURE);
    form.set("photo", new Blob([photo], { type: "image/jpeg" }), "IMG 1.jpg");
    const response = await fetch(gateway.url + PATH, { method: "POST", body: form });
    expect(await response.text()).toContain("event: end");
    expect(asked[0]?.picture?.kind).toBe("photo");
    expect(photo.equals(asked[0]?.picture?.bytes ?? new Uint8Array())).toBe(true);
  });

  test.each([
    ["a form without a photo", { question: "who wrote Emma?" }],
    ["a form with an empty file", { question: "who wrote Emma?", photo: new File([], "") }],
  ])("may be %s", async (_, fields) => {
    const { asked, ask } = recorder();
    const gateway = await startGateway({ ask });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    expect((await fetch(gateway.url + PATH, { method: "POST", body: form })).status).toBe(200);
    expect(asked).toMatchObject([{ question: "who wrote Emma?", picture: undefined }]);
  });

  test.each([
    ["nothing", {}, 400, "bad-request"],
    ["blanks", { question: " \n" }, 400, "bad-request"],
    ["a novel", { question: "x".repeat(2001) }, 400, "bad-request"],
    ["a list", [], 400, "bad-request"],
    [
      "an address instead of a picture",
      { question: "?", image: "http://10.0.0.1/x.jpg" },
      422,
      "bad-picture",
    ],
    ["a drawing", { question: "?", image: "data:image/svg+xml;base64,PHN2Zz4=" }, 422, "bad-picture"],
    [
      "a picture that is no base64",
      { question: "?", image: "data:image/png;base64,%%%" },
      422,
      "bad-picture",
    ],
    [
      "two mebibytes",
      { question: "?", image: `data:image/png;base64,${"A".repeat(2 ** 21)}` },
      413,
      "too-large",
    ],
  ])("is refused when it is %s", async (_, body, status, code) => {
    const { asked, ask } = recorder();
    const gateway = await startGateway({ ask });
    expect((await gateway.post(PATH, body)).json).toMatchObject({ status, code });
    expect(asked).toEqual([]);
  });

  test.each([
    ["another kind of body", { "content-type": "text/plain" }, "what?", 415],
    ["a form without its boundary", { "content-type": "multipart/form-data" }, "x", 400],
    ["a form that is none", { "content-type": "multipart/form-data; boundary=b" }, "x", 400],
    ["34 mebibytes", { "content-type": "multipart/form-data; boundary=b" }, Buffer.alloc(34 * 2 ** 20), 413],
  ])("is refused as %s", async (_, headers, body, status) => {
    const gateway = await startGateway();
    const asking = gateway.ask(PATH, { method: "POST", headers, body });
    expect((await asking.catch(() => ({ status: 413 }))).status).toBe(status);
  });

  test("about a picture that cannot be used says why, to its caller alone", async () => {
    const ask: Ask = () => Promise.reject(new InputError("the picture is a GIF picture", "a JPEG"));
    const gateway = await startGateway({ ask });
    const answer = await gateway.post(PATH, { question: "?", image: DATA_URL });
    expect(answer.json).toMatchObject({
      status: 422,
      code: "bad-picture",
      detail: "the picture is a GIF picture; expected a JPEG",
    });
  });

  test("that fails in the middle ends with an error, not in silence", async () => {
    const ask: Ask = async (_question, _signal, onEvent) => {
      onEvent({ type: "text", text: "Two" });
      throw new Error("inner address");
    };
    const gateway = await startGateway({ ask });
    const { text } = await gateway.post(PATH, { question: "?" });
    expect(text).toMatch(
      /^event: text\n.*\n\nevent: error\ndata: \{"code":"internal","request_id":"[\w-]+"\}\n\n$/,
    );
    expect(gateway.log).not.toContain("inner address");
  });
});

describe("whoever asks", () => {
  test("needs the code, before anything is uploaded", async () => {
    const gateway = await startGateway({ accessCode: CODE });
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(gateway.port, "127.0.0.1", () =>
        socket.write(
          `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`,
        ),
      );
      onTestFinished(() => void socket.destroy());
      socket.once("data", (chunk) => resolve(chunk.toString())).once("error", reject);
    });
    expect(answer).toContain("HTTP/1.1 401");
    expect((await gateway.post(PATH, { question: "?" }, { authorization: `Bearer ${CODE}` })).status).toBe(
      200,
    );
  });

  test("hangs up, and the turn ends at once", async () => {
    const aborted = Promise.withResolvers<number>();
    const ask: Ask = async (_question, signal, onEvent) => {
      onEvent({ type: "text", text: "Two" });
      const startMs = performance.now();
      await wait(10_000, undefined, { signal }).catch(() => aborted.resolve(performance.now() - startMs));
    };
    const gateway = await startGateway({ ask });
    const controller = new AbortController();
    const body = JSON.stringify({ question: "?" });
    const headers = { "content-type": "application/json" };
    await fetch(gateway.url + PATH, { method: "POST", headers, body, signal: controller.signal });
    controller.abort();
    expect(await aborted.promise).toBeLessThan(1000);
  });

  test("may ask only so often", async () => {
    const gateway = await startGateway({ limits: { questionsPerMinute: 1 } });
    expect((await gateway.post(PATH, { question: "?" })).status).toBe(200);
    expect((await gateway.post(PATH, { question: "?" })).json).toMatchObject({ status: 429 });
  });

  test("waits when eight are being answered", async () => {
    const gate = Promise.withResolvers<void>();
    let running = 0;
    const ask: Ask = async (_question, _signal, onEvent) => {
      running++;
      await gate.promise;
      onEvent({ type: "text", text: "Done." });
    };
    const gateway = await startGateway({ ask });
    const first = Array.from({ length: 8 }, () => gateway.post(PATH, { question: "?" }));
    await vi.waitFor(() => expect(running).toBe(8));
    const refused = await gateway.post(PATH, { question: "?" });
    expect(refused.json).toMatchObject({ status: 503, code: "busy" });
    gate.resolve();
    for (const { status } of await Promise.all(first)) expect(status).toBe(200);
    await vi.waitFor(async () => expect((await gateway.post(PATH, { question: "?" })).status).toBe(200));
  });

  test("and does not read is let go", async () => {
    const ended = Promise.withResolvers<boolean>();
    const ask: Ask = async (_question, signal, onEvent) => {
      for (let n = 0; n < 2000 && !signal.aborted; n++) {
        onEvent({ type: "text", text: "x".repeat(10_000) });
        await wait(1);
      }
      ended.resolve(signal.aborted);
    };
    const gateway = await startGateway({ ask });
    const body = JSON.stringify({ question: "?" });
    const socket = connect(gateway.port, "127.0.0.1", () =>
      socket.write(
        `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined).pause();
    expect(await ended.promise).toBe(true);
  });
});
