import { codedSound } from "../tts/sound.ts";
import { type Answers, startUvicorn, type UvicornRequest, type UvicornServer } from "./uvicorn.ts";

export interface Kokoro extends UvicornServer {
  /** The JSON of the texts to be said. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  /** Texts from now on are said so: whole; not at all, after a fault that is only logged; or half. */
  does(what: "say" | "nothing" | "half"): void;
}

/** Words that it can say, in coded sound. */
export const KOKORO_WORDS = ["one", "two", "three."];

const MODELS = ["tts-1", "tts-1-hd", "kokoro"];
const VOICES = ["af_heart", "bm_george"];
/** Names of OpenAI's that it takes for its own. */
const ALIASES: Readonly<Record<string, string>> = { alloy: "af_heart", fable: "bm_george" };

/** Starts what answers as Kokoro-FastAPI does: `POST /v1/audio/speech`. */
export async function startKokoro(): Promise<Kokoro> {
  const requests: Readonly<Record<string, unknown>>[] = [];
  let doing: "say" | "nothing" | "half" = "say";

  const application = async ({ path, body }: UvicornRequest, answers: Answers): Promise<void> => {
    if (path === "/health") return answers.json(200, { status: "healthy" });
    if (path === "/v1/models")
      return answers.json(200, { object: "list", data: MODELS.map((id) => ({ id })) });
    if (path !== "/v1/audio/speech") return answers.json(404, { detail: "Not Found" });
    const asked = JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
    requests.push(asked);
    const { model = "kokoro", voice = "af_heart", input = "", response_format: format = "mp3" } = asked;
    const speed = Number(asked["speed"] ?? 1);
    if (speed < 0.25 || speed > 4) return answers.json(422, { detail: [outOfBounds(speed)] });
    if (!MODELS.includes(String(model)))
      return answers.json(400, refusal("invalid_model", `Unsupported model: ${String(model)}`));
    const name = ALIASES[String(voice)] ?? String(voice);
    if (!VOICES.includes(name)) {
      const known = VOICES.join(", ");
      const message = `Voice '${name}' not found. Available voices: ${known}`;
      return answers.json(400, refusal("validation_error", message));
    }
    async function* sound(): AsyncGenerator<Uint8Array> {
      // A fault while a sentence is made is logged and the sentence left out: 200, and no byte of sound.
      if (doing === "nothing") return;
      const { samples } = await codedSound(KOKORO_WORDS)(String(input), speed);
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      // Chunks are cut as the sentences are, which is at any sample, and never inside of one.
      const middle = Math.floor(samples.length / 3) * 2;
      yield bytes.slice(0, middle);
      if (doing === "half") throw new Error("the model failed");
      yield bytes.slice(middle);
    }
    await answers.stream(format === "pcm" ? "audio/pcm" : "audio/mpeg", sound(), {
      "content-disposition": `attachment; filename=speech.${String(format)}`,
      "x-accel-buffering": "no",
      "cache-control": "no-cache",
    });
  };

  return {
    ...(await startUvicorn(application)),
    requests,
    does: (what) => {
      doing = what;
    },
  };
}

function refusal(error: string, message: string): unknown {
  return { detail: { error, message, type: "invalid_request_error" } };
}

function outOfBounds(speed: number): unknown {
  const msg = "Input should be less than or equal to 4";
  return { type: "less_than_equal", loc: ["body", "speed"], msg, input: speed, ctx: { le: 4 } };
}
