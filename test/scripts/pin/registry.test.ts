import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lookUpDigest } from "../../../scripts/pin/registry.ts";
import { digestOf, type Registry, startRegistry } from "./registry.ts";

const NODE = '{"schemaVersion":2,"manifests":[]}';
const VLLM = '{"schemaVersion":2,"manifests":[{}]}';
let registry: Registry;
let at: Readonly<Record<string, string>>;

beforeAll(async () => {
  registry = await startRegistry({ "library/node:24": NODE, "vllm/vllm:v1": VLLM, "remsky/kokoro:v2": VLLM });
  at = { "docker.io": registry.url, "ghcr.io": registry.url };
});
beforeEach(() => {
  registry.faults = {};
});
afterAll(() => registry.close());

describe("a digest", () => {
  it.each([
    ["node", "24", NODE],
    ["vllm/vllm", "v1", VLLM],
    ["docker.io/vllm/vllm", "v1", VLLM],
    ["ghcr.io/remsky/kokoro", "v2", VLLM],
  ])("of %s:%s is that of the manifest's bytes", async (image, tag, manifest) => {
    expect(await lookUpDigest({ image, tag }, at)).toBe(digestOf(manifest));
  });

  it("is asked for once without a token, and once with the one for this repository", async () => {
    const before = registry.asked.length;
    await lookUpDigest({ image: "node", tag: "24" }, at);
    expect(registry.asked.slice(before)).toEqual([
      "GET /v2/library/node/manifests/24",
      "GET /token?service=stand-in&scope=repository%3Alibrary%2Fnode%3Apull",
      "GET /v2/library/node/manifests/24",
    ]);
  });

  it("is computed where the registry names none", async () => {
    registry.faults = { silent: true };
    expect(await lookUpDigest({ image: "node", tag: "24" }, at)).toBe(digestOf(NODE));
  });
});

describe("no digest comes", () => {
  it.each([
    ["of a tag that is not there", {}, "23", /^the registry answers 404$/],
    ["where the registry calls other bytes so", { lie: true }, "24", /the manifest hashes to sha256:/],
    ["without a token", { refuseToken: true }, "24", /token server answers 403/],
    ["by a password", { basic: true }, "24", /no bearer token/],
    ["by a token from a server without TLS", { tokenFrom: "http://other.example" }, "24", /expected https/],
  ])("%s", async (_what, faults, tag, message) => {
    registry.faults = faults;
    await expect(lookUpDigest({ image: "node", tag }, at)).rejects.toThrow(message);
  });

  it("from a registry that does not answer", async () => {
    const nowhere = { "docker.io": "http://127.0.0.1:9" };
    await expect(lookUpDigest({ image: "node", tag: "24" }, nowhere)).rejects.toThrow("fetch failed");
  });
});
