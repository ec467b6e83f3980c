import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesOverlay, mountedFiles, ownKey, wordFor } from "../../../orchestrator/up/mounted-files.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

const KEY = new Uint8Array(32).fill(7);
const bind = (source: string) => ({ type: "bind", source, target: "/there" });
const project = (livekit: Readonly<Record<string, string | null>> = {}): string =>
  JSON.stringify({
    services: {
      vllm: {
        volumes: [bind("/x/classes"), { type: "volume", source: "models", target: "/models" }],
        secrets: [{ source: "key" }],
      },
      livekit: { environment: livekit, secrets: [{ source: "tls_cert" }, { source: "livekit_api_secret" }] },
      weights: { volumes: [{ type: "volume", source: "models", target: "/models" }] },
    },
    secrets: {
      key: { file: "/s/key" },
      tls_cert: { file: "/s/cert" },
      livekit_api_secret: { file: "/s/livekit" },
    },
  });

test("files and folders are those of mounts and secrets; a certificate that is not read is none", () => {
  expect(mountedFiles(project({ TURN_DOMAIN: "" }))).toEqual({
    vllm: ["/s/key", "/x/classes"],
    livekit: ["/s/livekit"],
  });
  expect(mountedFiles(project({ TURN_DOMAIN: "turn.example.org" }))["livekit"]).toEqual([
    "/s/cert",
    "/s/livekit",
  ]);
});

test("of a folder only those files count that the service reads", () => {
  for (const name of [
    "README.md",
    "sizing.ts",
    "warm_up.py",
    "warm_up.json",
    "classes/a.yaml",
    "classes/b.yaml",
  ])
    folder.put(`vllm/${name}`, name);
  const path = join(folder.path, "vllm");
  const mounted = mountedFiles(
    JSON.stringify({
      services: {
        vllm: {
          environment: { GPU_CLASS: "a" },
          volumes: [{ type: "bind", source: join(path, "classes"), target: "/classes" }],
        },
        "warm-up": { volumes: [{ type: "bind", source: path, target: "/warm-up" }] },
      },
    }),
  );
  expect(mounted).toEqual({
    vllm: [join(path, "classes/a.yaml")],
    "warm-up": [join(path, "warm_up.json"), join(path, "warm_up.py")],
  });
});

test("the word follows from content and names, not from ages", () => {
  const file = folder.put("mounted/one", "1");
  const path = join(folder.path, "mounted");
  const first = wordFor([path], KEY);
  writeFileSync(file, "1");
  expect(wordFor([path], KEY)).toBe(first);
  const seen = [first];
  for (const change of [
    () => folder.put("mounted/one", "2"),
    () => folder.put("mounted/deep/er", ""),
    () => rmSync(file),
    () => rmSync(path, { recursive: true }),
  ]) {
    change();
    seen.push(wordFor([path], KEY));
  }
  expect(new Set(seen).size).toBe(seen.length);
  folder.put("mounted/deep/er", "");
  folder.put("mounted/__pycache__/made", "by Python");
  expect(wordFor([path], KEY)).toBe(seen[3]);
  expect(wordFor(["/dev/null"], KEY)).toBe(wordFor(["/no/such"], KEY));
});

test("the label of a secret tells nothing without the key, which stays", () => {
  const secret = folder.put("code", "48151623");
  const config = JSON.stringify({
    services: { gateway: { secrets: [{ source: "code" }] } },
    secrets: { code: { file: secret } },
  });
  const key = join(folder.path, "new", "key");
  const overlay = filesOverlay(config, ownKey(key));
  expect(JSON.parse(overlay)).toEqual({
    services: { gateway: { labels: { "sightline.files": expect.stringMatching(/^[\da-f]{32}$/) } } },
  });
  expect(filesOverlay(config, ownKey(key))).toBe(overlay);
  expect(filesOverlay(config, KEY)).not.toBe(overlay);
});
