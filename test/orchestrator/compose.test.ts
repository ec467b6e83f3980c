import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningGate } from "../../inference/gate/start.ts";
import type { Command } from "../../orchestrator/commands/io.ts";
import { compose, type Stack } from "../../orchestrator/compose.ts";
import { photoCamera } from "../../orchestrator/vision/photo.ts";
import { runCommand } from "../standins/command.ts";
import { startStubGate } from "../standins/photo-files.ts";

let gate: RunningGate;
beforeAll(async () => {
  gate = await startStubGate();
});
afterAll(() => gate.close());

/** Composes under an environment, looks at the result, and closes it. */
async function composed(
  env: Readonly<Record<string, string>>,
  look: (stack: Stack) => void | Promise<void>,
  engine?: "simulator",
): Promise<void> {
  const command: Command = async () => {
    const stack = await compose({ engine });
    try {
      await look(stack);
    } finally {
      await stack.close();
    }
    return 0;
  };
  const ran = await runCommand(command, [], { env: { GATE_URL: gate.url, ...env } });
  if (ran.code !== 0) throw new Error(ran.stderr);
}

const camera = photoCamera(undefined);

it("with nothing configured: the describer alone, and no picture leaves", async () => {
  await composed({}, (stack) => {
    const { local, cloud, describer } = stack.ports(camera);
    expect([local, cloud]).toEqual([undefined, undefined]);
    expect(describer.available()).toBe(true);
    expect(stack.settings.policy).toBe("local-only");
  });
});

it("a key of OpenAI's lying about switches no cloud on", async () => {
  await composed({ OPENAI_API_KEY: "sk-stray" }, (stack) => {
    expect(stack.ports(camera).cloud).toBeUndefined();
    expect(stack.settings.policy).toBe("local-only");
  });
});

it("with both engines: both, and person-local", async () => {
  const env = { LOCAL_ENGINE_URL: "http://127.0.0.1:1/v1", CLOUD_ENGINE_API_KEY: "sk-given" };
  await composed(env, (stack) => {
    const { local, cloud } = stack.ports(camera);
    expect([local?.available(), cloud?.available()]).toEqual([true, true]);
    expect(stack.settings.policy).toBe("person-local");
    expect(stack.config.cloud?.url).toBe("https://api.openai.com/v1");
  });
});

it("a slow server gets the turn's time that its own limits promise it", async () => {
  const env = { LOCAL_ENGINE_URL: "http://127.0.0.1:1/v1", LOCAL_FIRST_TOKEN_MS: "60000" };
  await composed(env, (stack) => expect(stack.settings.turnDeadlineMs).toBeGreaterThanOrEqual(60_000));
});

it("with the simulator as engine: it answers, nothing goes to a configured cloud", async () => {
  const env = { CLOUD_ENGINE_URL: "http://127.0.0.1:1/v1", ROUTE_POLICY: "person-local" };
  const look = (stack: Stack): void => {
    expect(stack.ports(camera).cloud).toBeUndefined();
    expect(stack.ports(camera).local?.available()).toBe(true);
    expect(stack.settings.policy).toBe("local-only");
  };
  await composed(env, look, "simulator");
});

it("uses the gate that is named", async () => {
  const { signal } = new AbortController();
  await composed({}, async (stack) => expect(await stack.gateReady(signal)).toBe(true));
  await composed({ GATE_URL: "http://127.0.0.1:1" }, async (stack) =>
    expect(await stack.gateReady(signal)).toBe(false),
  );
});

it("leaves nothing open", async () => {
  const resources = (): number =>
    process.getActiveResourcesInfo().filter((name) => /TCPSocket|Process/.test(name)).length;
  const before = resources();
  await composed({ LOCAL_ENGINE_URL: "http://127.0.0.1:1/v1" }, async (stack) => {
    await stack.gateReady(new AbortController().signal);
  });
  await expect.poll(resources, { interval: 5 }).toBeLessThanOrEqual(before);
});
