import { afterEach, describe, expect, it } from "vitest";
import { probe, type ProbeResult } from "../../../orchestrator/engines/probe.ts";
import type { EngineConfig } from "../../../orchestrator/config.ts";
import { hangs, json, type OpenaiServerOptions, startOpenaiServer } from "../../standins/openai-server.ts";
import { configOf, KEY } from "./engine-fixture.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function probed(
  config: Partial<EngineConfig>,
  options: OpenaiServerOptions = {},
): Promise<ProbeResult> {
  const server = await startOpenaiServer(options);
  closing.push(() => server.close());
  const result = await probe("local", configOf(server.url, config), new AbortController().signal);
  expect(server.chats).toHaveLength(0);
  return result;
}

describe("a look at an engine", () => {
  it("finds a vLLM and its model", async () => {
    expect(await probed({ model: undefined })).toMatchObject({
      reachable: true,
      isVllm: true,
      keyAccepted: true,
      model: "vision",
      modelKnown: null,
      models: ["vision"],
      fault: null,
    });
  });

  it("finds another kind of server, and that it knows the model", async () => {
    const models = [
      { id: "a", owned_by: "x" },
      { id: "b", owned_by: "x" },
    ];
    expect(await probed({ model: "b" }, { models })).toMatchObject({
      isVllm: false,
      modelKnown: true,
      fault: null,
    });
  });

  it("finds that the model is unknown", async () => {
    const result = await probed({ model: "gone" });
    expect(result).toMatchObject({ reachable: true, modelKnown: false, model: "gone" });
    expect(result.fault).toContain("LOCAL_ENGINE_MODEL");
  });

  it("finds that the key is refused", async () => {
    const result = await probed({ apiKey: KEY }, { apiKey: "right" });
    expect(result).toMatchObject({ reachable: true, keyAccepted: false, isVllm: null, modelKnown: null });
    expect(result.fault).toContain("LOCAL_ENGINE_API_KEY");
    expect(JSON.stringify(result)).not.toContain(KEY);
  });

  it("finds that nothing is there", async () => {
    const server = await startOpenaiServer();
    await server.close();
    const result = await probe("cloud", configOf(server.url), new AbortController().signal);
    expect(result).toMatchObject({ reachable: false, keyAccepted: null, models: [] });
    expect(result.fault).toContain("CLOUD_ENGINE_URL");
  });

  it("gives up in time, and when it is told to", async () => {
    const slow = await probed({ firstTokenMs: 40 }, { onModels: hangs });
    expect(slow).toMatchObject({ reachable: false });
    expect(slow.fault).toContain("40 ms");
    expect(slow.ms).toBeLessThan(1500);
    const result = await probe("local", configOf("http://127.0.0.1:9/v1"), AbortSignal.abort());
    expect(result.reachable).toBe(false);
  });

  it("finds something that is no model server", async () => {
    const result = await probed({}, { onModels: json(200, { hello: "world" }) });
    expect(result).toMatchObject({ reachable: true, models: [] });
    expect(result.fault).toContain("no list of models");
  });
});
