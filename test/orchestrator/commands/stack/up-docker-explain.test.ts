import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { type Explained, explain } from "../../../../orchestrator/commands/stack/up-docker-explain.ts";
import { toUpOptions } from "../../../../orchestrator/commands/stack/up-options.ts";
import { toGpus } from "../../../../orchestrator/up/nvidia-smi.ts";
import { pickGpu } from "../../../../orchestrator/up/pick-gpu.ts";
import { ONE_L4 } from "../../../standins/nvidia-smi.ts";

async function said(profiles: string, changes: Partial<Explained> = {}): Promise<string> {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: stdout, isTty: false, colours: false };
  const secret = (name: string) => `/srv/secrets/${name}`;
  explain(
    {
      plan: {
        arguments: [],
        environment: {
          ACCESS_CODE_FILE: secret("access_code"),
          GRAFANA_PASSWORD_FILE: secret("grafana_password"),
        },
        address: "https://192.168.1.20:8443",
      },
      picked: pickGpu(toGpus(ONE_L4), { gpu: undefined, gpuClass: undefined }),
      options: toUpOptions({ profiles }),
      speech: profiles.includes("speech") ? "gpu" : undefined,
      failed: [],
      operator: { TURN_DOMAIN: "turn.example.org", GRAFANA_PORT: "3001" },
      secrets: "/srv/secrets",
      ...changes,
    },
    { ...io, signal: new AbortController().signal, onForced: () => {} },
  );
  stdout.end();
  return text(stdout);
}

test("what was chosen, and why; each profile says where it is", async () => {
  const lines = (await said("speech,observability,turn")).split("\n").map((line) => line.trim());
  expect(lines).toEqual(
    expect.arrayContaining([
      "Sightline is up: open https://192.168.1.20:8443",
      "engine       vLLM on GPU 0, class 24gb-ada",
      expect.stringMatching(/^because {6}NVIDIA L4/),
      "hears        openai at stt:8000",
      "speaks       openai at tts:8880, then espeak",
      "profiles     speech, observability, turn",
      "TURN         turns:turn.example.org:443",
      "Grafana      http://127.0.0.1:3001, for admin with the password in /srv/secrets/grafana_password",
      "Prometheus   http://prometheus:9090 among the containers; Grafana asks it, under Explore",
    ]),
  );
});

test("where speech runs on the CPU, and what does not run has no address", async () => {
  const all = await said("speech,observability", { speech: "cpu", failed: ["dcgm", "grafana"] });
  expect(all).toContain("  speaks       openai at tts:8000, then espeak\n");
  expect(all).toContain("  both         on the CPU, which wants eight cores for it\n");
  expect(all).toContain("  Prometheus   ");
  expect(all).not.toContain("Grafana      ");
});

test("without a profile: what one would bring", async () => {
  const all = await said("none", { picked: undefined });
  expect(all).toContain("  engine       a simulator: its answers say so, and it sees nothing\n");
  expect(all).toContain("  hears        typed questions; for speech set DEEPGRAM_API_KEY or STT_URL\n");
  expect(all).toContain("  profiles     none\n");
  expect(all).toContain("  metrics      nobody collects them: PROFILES has no observability\n");
});

test("settings that containers do not read are named, by their names alone", async () => {
  const operator = { LIVEKIT_URL: "wss://user:secret@media.example.org", PORT: "9000", GATE_URL: "" };
  const all = await said("none", { operator });
  expect(all).toContain("  not read     LIVEKIT_URL, PORT: for programs without containers alone;");
  expect(all).not.toContain("secret@");
  expect(await said("none")).not.toContain("not read");
});
