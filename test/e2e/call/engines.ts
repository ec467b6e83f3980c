import {
  type Behaviour,
  type ChatRequest,
  type OpenaiServer,
  says,
  type SeenRequest,
  startOpenaiServer,
} from "../../standins/openai-server.ts";

/** What is asked in the calls of these tests, and what each engine answers. */
export interface Script {
  readonly question: string;
  readonly local: string;
  readonly cloud: string;
}

/** A question that any call can be asked; its answer needs no picture. */
export const JOKE: Script = {
  question: "Tell me a joke.",
  local: "Local joke.",
  cloud: "Why did the chicken cross the road?",
};
/** Another one. */
export const TIME: Script = {
  question: "What time is it?",
  local: "Local time.",
  cloud: "It is half past nine.",
};
/** A question about what the camera shows: with a person in it, and without. */
export const FRONT: Script = {
  question: "What's in front of me?",
  local: "A woman is standing near the window.",
  cloud: "There is a red cup on the table.",
};

/** Of a question's words that must be there. */
export const LEAST_SHARE = 0.6;

/** A model server that answers by the words of the question. */
export interface ScriptedEngine extends OpenaiServer {
  /** Questions so far, what was only computed ahead left out, with the number of pictures that went along with all messages. */
  asked(): readonly Asked[];
}

export interface Asked {
  readonly question: string;
  readonly pictures: number;
  readonly request: SeenRequest;
}

/** Starts one; `side` chooses whose answers it gives. */
export async function startScriptedEngine(
  side: "local" | "cloud",
  script: readonly Script[],
): Promise<ScriptedEngine> {
  const server = await startOpenaiServer(
    side === "cloud" ? { models: [{ id: "gpt-4o", owned_by: "openai" }] } : {},
  );
  server.always(answersBy(side, script));
  return Object.assign(server, {
    asked: () =>
      server.chats
        .filter(({ body }) => body?.["stream"] === true)
        .map((request) => ({
          question: questionOf(request.body),
          pictures: picturesOf(request.body),
          request,
        })),
  });
}

/** Answers by the words of the question; 5 ms a token. */
export function answersBy(side: "local" | "cloud", script: readonly Script[]): Behaviour {
  return (reply, request) => {
    const answer = bestOf(script, questionOf(request.body))?.[side] ?? "I do not know that.";
    return says(answer.replaceAll(" ", "| "), { itlMs: 5 })(reply, request);
  };
}

/** The first whose words are all there, else the one that lacks least, so that a lost "a" is none the matter. */
function bestOf(script: readonly Script[], question: string): Script | undefined {
  const share = (each: Script): number => {
    const words = each.question.toLowerCase().split(" ");
    return words.filter((word) => question.includes(word)).length / words.length;
  };
  const best = script.toSorted((one, other) => share(other) - share(one))[0];
  return best && share(best) >= LEAST_SHARE ? best : undefined;
}

/** The text of the last user message, in small letters. */
export function questionOf(body: ChatRequest | undefined): string {
  const last = body?.messages.findLast(({ role }) => role === "user");
  const content = last?.content ?? "";
  const text = typeof content === "string" ? content : content.map((part) => part.text ?? "").join("\n");
  return text.toLowerCase();
}

function picturesOf(body: ChatRequest | undefined): number {
  return (body?.messages ?? []).reduce(
    (sum, { content }) =>
      sum + (typeof content === "string" ? 0 : content.filter(({ type }) => type === "image_url").length),
    0,
  );
}
