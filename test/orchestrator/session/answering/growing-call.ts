import { createEncoder, specialTokens } from "../../../../inference/simulator/tokenizer.ts";
import { createLatency } from "../../../../inference/simulator/latency.ts";
import { createPictures } from "../../../../inference/simulator/pictures.ts";
import { profiles } from "../../../../inference/simulator/profiles.ts";
import { render } from "../../../../inference/simulator/render.ts";
import type { ChatBody } from "../../../../inference/simulator/request-body.ts";
import { createPurposeKeys } from "../../../../orchestrator/engines/crypto.ts";
import { toChatBody, toPrefillBody } from "../../../../orchestrator/engines/request-body.ts";
import { createVllmMemory, type VllmRequest } from "../../../../orchestrator/engines/vllm-memory.ts";
import { createMemory } from "../../../../orchestrator/session/answering/memory.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import { prefillPrompt } from "../../../../orchestrator/turn/prefill.ts";
import { localPrompt } from "../../../../orchestrator/turn/prompt.ts";
import type { Jpeg, PastTurn } from "../../../../orchestrator/turn/turn.ts";
import { pastOf, settingsOf } from "../../../standins/turn.ts";

/** What happens in one turn. */
export interface Event {
  readonly question: string;
  readonly answer: string;
  /** What the question is about: nothing to look at, what the last one was about, or something new. */
  readonly picture: "none" | "same" | "new";
  readonly facts: string;
  readonly note: string;
  /** The prefix was computed ahead. */
  readonly ahead: boolean;
  readonly ending: "heard" | "barge-in" | "unheard" | "given-up" | "notice" | "goes-on";
  readonly lost: boolean;
  /** A planned shorter history is warm and becomes the history. */
  readonly adopt: boolean;
}

/** A request as the engine sees it. */
interface Request {
  readonly ids: readonly number[];
  readonly history: readonly PastTurn[];
  readonly adopted: boolean;
}

/** The last request, and how much of it the next one repeats, if nothing gave way. */
interface Former extends Request {
  /** Tokens. */
  readonly kept: number;
  /** The history has more pictures than it may. */
  readonly mayShrink: boolean;
}

export interface TurnSeen {
  readonly former: Former | undefined;
  readonly next: Request;
  readonly ahead: Request | undefined;
  /** Ids of the pictures whose bytes the engine took in, one for each request that brought them. */
  readonly sent: readonly string[];
  /** Those of them that it held already. */
  readonly again: readonly string[];
}

/** What the engine made of a request. */
interface Taken {
  readonly tokens: readonly number[];
  readonly sent: readonly string[];
  readonly again: readonly string[];
}

/** Memory, prompts, request bodies and picture ids of one call over a simulated engine's tokens and pictures. */
export function createGrowingCall({ localPictures }: { readonly localPictures: number }): {
  turn(event: Event): TurnSeen;
} {
  const conversation = createConversation("call");
  const memory = createMemory({
    deps: { contextTokens: 1_000_000, localPictures },
    call: {},
    conversation,
    ports: { local: undefined },
    onPastChanged: () => {},
  });
  const ids = createVllmMemory(createPurposeKeys("s".repeat(32)));
  const latency = createLatency(profiles.zero, 1, 1);
  const limits = { minPixels: 3136, maxPixels: 602_112, imageCacheBytes: 1e9 };
  const pictures = createPictures({ ...limits, latency, onLookUp: () => {} });
  const encode = createEncoder();
  const settings = settingsOf();
  /** Pictures that the engine holds. */
  const held = new Set<string>();
  let picture: Jpeg | undefined;
  let count = 0;
  let former: Former | undefined;

  /** A body that the engine takes. */
  const take = (body: object): Taken => {
    const { prompt } = render(body as ChatBody, { encode, pictures, maxImages: 1000, maxModelLen: 1e6 });
    const sent = JSON.stringify(body).matchAll(/"image_url":\{[^}]*\},"uuid":"([^"]*)"/g);
    // One that stands in a prompt twice counts once.
    const brought = [...new Set(Array.from(sent, ([, id]) => id ?? ""))];
    const again = brought.filter((id) => held.has(id));
    for (const id of brought) held.add(id);
    return { tokens: prompt.ids, sent: brought, again };
  };

  const ask = (toBody: (vllm: VllmRequest) => object, { again }: { readonly again: boolean }) => {
    const vllm = ids.request("call", { withBytes: false });
    try {
      const taken = take(toBody(vllm));
      vllm.accepted();
      return taken;
    } catch {
      ids.forget("call");
      if (!again) return undefined;
      const withBytes = ids.request("call", { withBytes: true });
      const taken = take(toBody(withBytes));
      withBytes.accepted();
      return taken;
    }
  };

  return {
    turn(event) {
      const { answer, facts, note, ending } = event;
      if (event.picture === "new") picture = jpegOf(++count);
      const adopted = event.adopt && conversation.planned() !== undefined;
      if (adopted) conversation.adopt();
      if (event.lost) {
        pictures.flush();
        held.clear();
      }
      const history = conversation.snapshot();
      const question = memory.joined(event.question);
      const turn = { conversationId: "call", question, note, endedAtMs: 0, history, settings };
      const jpeg = event.picture === "none" ? undefined : picture;
      const looked = jpeg && { picture: jpeg, facts };
      const options = { model: "vision", toJpeg: (each: Jpeg) => each };
      const ahead = event.ahead
        ? ask(
            (vllm) =>
              toPrefillBody(prefillPrompt({ conversationId: "call", history, settings }, looked), {
                ...options,
                vllm,
              }),
            { again: false },
          )
        : undefined;
      const asked = ask((vllm) => toChatBody(localPrompt(turn, looked), { ...options, vllm }), {
        again: true,
      });
      const tokens = asked?.tokens ?? [];
      const seen: TurnSeen = {
        former,
        next: { ids: tokens, history, adopted },
        ahead: ahead && { ids: ahead.tokens, history, adopted },
        sent: [...(ahead?.sent ?? []), ...(asked?.sent ?? [])],
        again: [...(ahead?.again ?? []), ...(asked?.again ?? [])],
      };
      const past = pastOf({ question, note, facts, jpeg: jpeg ?? null, answer });
      const heard = ending === "barge-in" ? (answer.split(" ")[0] ?? "") : answer;
      const cut = { text: "", interrupted: true };
      if (ending === "heard") memory.record(past, { text: answer, interrupted: false }, answer);
      if (ending === "barge-in")
        memory.record({ ...past, answer: heard }, { text: heard, interrupted: true }, answer);
      if (ending === "notice")
        memory.record({ ...past, engine: "none" }, { text: answer, interrupted: false }, answer);
      if (ending === "unheard" || ending === "given-up") memory.record({ ...past, answer: "" }, cut, answer);
      if (ending === "given-up") memory.giveUp();
      former = {
        ...seen.next,
        kept: keptOf(tokens, ending),
        mayShrink: history.filter(({ jpeg }) => jpeg).length + 1 > localPictures,
      };
      return seen;
    },
  };
}

/** An answered turn stays whole; of one given up the question stays, and of any other what was before it. */
function keptOf(tokens: readonly number[], ending: Event["ending"]): number {
  if (ending === "heard" || ending === "barge-in") return tokens.length;
  const questionEnd = tokens.lastIndexOf(specialTokens["<|im_end|>"]);
  // The question's last character and the line break behind it are one token.
  if (ending === "given-up") return questionEnd - 1;
  const answerStart = tokens.lastIndexOf(specialTokens["<|im_start|>"]);
  return tokens.lastIndexOf(specialTokens["<|im_start|>"], answerStart - 1);
}

/** A JPEG of 56×56 as far as its header, which is all that is read of it. */
function jpegOf(seed: number): Jpeg {
  const bytes = Uint8Array.from([
    0xff,
    0xd8,
    0xff,
    0xc0,
    0,
    11,
    8,
    0,
    56,
    0,
    56,
    1,
    1,
    0x11,
    0,
    seed,
    0xff,
    0xd9,
  ]);
  return { bytes, sha256: `${seed}`, width: 56, height: 56 };
}
