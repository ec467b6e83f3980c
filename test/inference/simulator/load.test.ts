import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { ask, askRaw, events, jpegUrl, usageOf } from "../../../scripts/contract-vllm-wire.ts";
import { turns } from "../../standins/turns.ts";
import { body, endless, get, lastEvents, slow, start, streamed, taken, tokens } from "./running.ts";

describe("a client that leaves", () => {
  it("ends the work and frees the memory at once, but leaves the blocks", async () => {
    const simulator = await start({ profile: slow });
    const long = [{ role: "user", content: "word ".repeat(60) }];
    await askRaw(simulator.url, { body: { ...endless, messages: long }, until: tokens(3) });
    const running = async () => (await get(simulator, "/metrics")).text;
    await expect
      .poll(running, { interval: 5 })
      .toContain('vllm:num_requests_running{engine="0",model_name="vision"} 0.0');
    const metrics = await running();
    expect(metrics).toContain('vllm:kv_cache_usage_perc{engine="0",model_name="vision"} 0.0');
    expect(metrics).toContain(
      'vllm:request_success_total{engine="0",finished_reason="abort",model_name="vision"} 0.0',
    );
    const again = usageOf(await ask(simulator.url, { body: { ...body, messages: long } }));
    expect(again.cached).toBeGreaterThanOrEqual(64);
  });
});

describe("load", () => {
  it("queues what has no slot: all heads at once, waiting requests in the gauge", async () => {
    const simulator = await start({ profile: slow, maxNumSeqs: 2, answerTokens: 100 });
    const asked = Array.from({ length: 6 }, () => ask(simulator.url, { body: streamed }));
    await taken(simulator, 6);
    const metrics = (await get(simulator, "/metrics")).text;
    expect(metrics).toContain('vllm:num_requests_running{engine="0",model_name="vision"} 2.0');
    expect(metrics).toContain('vllm:num_requests_waiting{engine="0",model_name="vision"} 4.0');
    for (const answer of await Promise.all(asked)) expect(lastEvents(answer.text)[1]).toBe("data: [DONE]");
  });

  it("refuses above the queue limit with 503 before the head, with or without a picture", async () => {
    const simulator = await start({ profile: slow, maxNumQueuedReqs: 1 });
    const picture = await shown();
    let isDone = false;
    const first = askRaw(simulator.url, { body: endless, until: () => isDone });
    await taken(simulator);
    expect((await ask(simulator.url, { body: streamed })).status).toBe(503);
    expect((await ask(simulator.url, { body: picture })).status).toBe(503);
    expect((await get(simulator, "/metrics")).text).toContain(
      'vllm:admission_rejections_total{model_name="vision",reason="max_num_queued_reqs"} 2.0',
    );
    isDone = true;
    await first;
  });

  it("or in the stream, when the queue filled while the picture was rendered", async () => {
    const profile = { ...slow, pictureMs: 300 };
    const simulator = await start({ profile, maxNumQueuedReqs: 1, answerTokens: 200 });
    const body = await shown();
    const answers = await Promise.all([1, 2].map(() => ask(simulator.url, { body })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [late, served] = answers.map(events).toSorted((one, other) => one.length - other.length);
    expect(late).toMatchObject([{ error: { code: 503, type: "Service Unavailable" } }]);
    expect(served?.length).toBeGreaterThan(200);
  });

  it("answers on one kept connection again and again", async () => {
    const simulator = await start();
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.on("data", (data) => void (received += data.toString()));
    const json = JSON.stringify(streamed);
    for (let count = 1; count <= 3; count += 1) {
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
      );
      while (received.split("[DONE]").length <= count) await turns(1);
    }
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(received).not.toMatch(/keep-alive|connection:/i);
    socket.destroy();
  });

  it("closes a connection that idles, without having said so", async () => {
    const simulator = await start({ keepAliveTimeoutMs: 30 });
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    socket.write("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
    await new Promise((resolve) => void socket.once("data", resolve));
    const startMs = performance.now();
    await new Promise((resolve) => void socket.once("close", resolve));
    expect(performance.now() - startMs).toBeLessThan(1500);
  });
});

async function shown(): Promise<object> {
  const picture = { type: "image_url", image_url: { url: await jpegUrl(64, 64) } };
  return { ...streamed, messages: [{ role: "user", content: [picture] }] };
}
