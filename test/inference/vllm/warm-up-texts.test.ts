import { readFileSync } from "node:fs";
import sharp from "sharp";
import { expect, test } from "vitest";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { type ChatBody, toChatBody } from "../../../orchestrator/engines/request-body.ts";
import { personaSettings, readPersona } from "../../../orchestrator/session/persona.ts";
import { localPrompt } from "../../../orchestrator/turn/prompt.ts";
import { warmUpFile } from "../../../scripts/write-warm-up.ts";
import { startEngineFront } from "../../standins/engine-front.ts";
import { jpegOf, settingsOf, turnOf } from "../../standins/turn.ts";
import { endLater, runWarmUp, stateFile } from "./warm-up-program.ts";

const asked = JSON.parse(warmUpFile()) as {
  readonly system: string;
  readonly question: string;
  readonly maxTokens: number;
};

test("warm_up.json is what the orchestrator says (node scripts/write-warm-up.ts rewrites it)", () => {
  const file = new URL("../../../inference/vllm/warm_up.json", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(warmUpFile());
});

test("its system text is that of a call", () => {
  const persona = readPersona(undefined);
  expect(personaSettings(persona, settingsOf()).systemPrompt).toBe(asked.system);
});

test("what is asked has the very form of a call's question", async () => {
  const simulator = await startSimulator();
  const front = await startEngineFront(simulator.url);
  endLater(async () => {
    await front.close();
    await simulator.close();
  });
  expect((await runWarmUp("wait", ["--engine", front.url, "--state", stateFile()])).code).toBe(0);
  const [, question] = front.asked as readonly ChatBody[];
  const picture = question?.messages[1]?.content[0] as { readonly image_url: { readonly url: string } };
  const bytes = Buffer.from(picture.image_url.url.replace("data:image/png;base64,", ""), "base64");
  expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", width: 1008, height: 560 });

  const settings = { ...settingsOf(), systemPrompt: asked.system, maxTokens: asked.maxTokens };
  const turn = turnOf(asked.question, { settings });
  const expected = toChatBody(localPrompt(turn, { picture: jpegOf("red"), facts: "" }), {
    model: "vision",
    toJpeg: (jpeg) => jpeg,
    vllm: {
      cacheSalt: question?.cache_salt ?? "",
      pictureId: () => "id",
      isHeld: () => false,
    },
  });
  const nameless = (body: ChatBody | undefined): string =>
    JSON.stringify(sorted(body))
      .replaceAll(/"data:[^"]*"/g, '"data:"')
      .replaceAll(/"uuid":"[^"]*"/g, '"uuid":"id"');
  expect(nameless(question)).toBe(nameless(expected));
});

test("docs/operations.md says of each reason what to do", () => {
  const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  const sources = ["engine", "rehearsal"].map((name) => read(`inference/vllm/warm_up_${name}.py`)).join("");
  const raised = new Set(Array.from(sources.matchAll(/Fault\(\s*"([a-z-]+)"/g), ([, reason]) => reason));
  for (const reason of ["timeout", "refused", "stalled", "full"]) raised.add(reason);
  const listed = /REASONS = \(([^)]*)\)/.exec(read("inference/vllm/warm_up_page.py"))?.[1] ?? "";
  expect(new Set(listed.match(/[a-z]+(-[a-z]+)*/g))).toEqual(raised);
  const [, engine = ""] = /^## Engine\n([^]*?)^## /m.exec(read("docs/operations.md")) ?? [];
  for (const reason of raised) expect(engine).toMatch(new RegExp(`\\b${reason ?? ""}\``));
});

/** The same value with the members of each object in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
}
