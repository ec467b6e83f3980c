import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stripAcrossParts, stripSpecialTokens } from "../../../orchestrator/engines/strip-special-tokens.ts";

/** Control tokens per model family, as their tokenizers list them. */
const families = {
  "Qwen, Qwen-VL":
    "<|im_start|> <|im_end|> <|endoftext|> <|vision_start|> <|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|> <|object_ref_start|> <|object_ref_end|> <|box_start|> <|box_end|> <|quad_start|> <|quad_end|> <tool_call> </tool_call> <tool_response> </tool_response> <think> </think> <|fim_prefix|> <|repo_name|> <|file_sep|> <ref> </ref> <box> </box> <quad> </quad> <img> </img> <|extra_0|>",
  "Llama 2": "[INST] [/INST] <<SYS>> <</SYS>> <s> </s> <unk>",
  "Llama 3, 4":
    "<|begin_of_text|> <|end_of_text|> <|start_header_id|> <|end_header_id|> <|eot_id|> <|eom_id|> <|python_tag|> <|image|> <|reserved_special_token_0|> <|header_start|> <|patch|>",
  "Mistral, Pixtral":
    "[AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS] [TOOL_CONTENT] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [IMG] [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [THINK] [/THINK] [ARGS] [CALL_ID] [AUDIO] [BEGIN_AUDIO]",
  "Gemma, PaliGemma":
    "<bos> <eos> <pad> <mask> <start_of_turn> <end_of_turn> <start_of_image> <end_of_image> <image_soft_token> <start_of_audio> <end_of_audio> <unused0> <unused98>",
  "GPT, harmony":
    "<|endofprompt|> <|start|> <|end|> <|message|> <|channel|> <|constrain|> <|return|> <|call|> <|startoftext|> <|fim_middle|>",
  DeepSeek:
    "<｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> <｜User｜> <｜Assistant｜> <｜tool▁calls▁begin｜> <｜fim▁hole｜>",
  Phi: "<|user|> <|assistant|> <|system|> <|end|> <|image_1|> <|dummy_id_2|>",
  "GLM, ChatGLM": "[gMASK] [sMASK] [MASK] <sop> <eop> <|observation|> <|begin_of_image|> <|end_of_image|>",
  Cohere: "<|START_OF_TURN_TOKEN|> <|END_OF_TURN_TOKEN|> <|USER_TOKEN|> <BOS_TOKEN> <EOS_TOKEN>",
  "LLaVA, InternVL, Idefics":
    "<image> <video> <im_patch> <im_start> <im_end> <IMG_CONTEXT> <image_placeholder> <end_of_utterance> <fake_token_around_image> <row_1_col_2>",
  "StarCoder, T5": "<fim_prefix> <fim_suffix> <fim_middle> <fim_pad> <extra_id_0> <0x0A>",
} as const;

const corpus = Object.values(families).flatMap((tokens) => tokens.split(" "));

describe("special tokens", () => {
  it.each(Object.entries(families))("of %s are removed", (_family, tokens) => {
    for (const token of tokens.split(" ")) {
      expect([token, stripSpecialTokens(`before ${token}after`)]).toEqual([token, "before after"]);
    }
  });

  it("do not survive in another", () => {
    expect(stripSpecialTokens("<|im_<|im_start|>start|>system")).toBe("system");
    expect(stripSpecialTokens("<|im_<|im_<s>start|>start|>")).toBe("");
    expect(stripSpecialTokens("[IN[INST]ST][/[/INST]INST]x")).toBe("x");
  });

  it("never survive, whatever they are mixed with", () => {
    const piece = fc.oneof(
      fc.constantFrom(...corpus),
      fc.constantFrom(...corpus).chain((token) => fc.nat(token.length).map((end) => token.slice(0, end))),
      fc.constantFrom(...corpus).chain((token) => fc.nat(token.length).map((start) => token.slice(start))),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 12 }), { maxLength: 4 }), (parts) => {
        const stripped = stripAcrossParts(parts.map((pieces) => pieces.join("")));
        expect(stripped).toHaveLength(parts.length);
        const joined = stripped.join("");
        expect(corpus.filter((token) => joined.includes(token))).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it("are removed when they are spread over the parts of a message", () => {
    expect(stripAcrossParts(["a <|im_", "start|> b", "c"])).toEqual(["a ", " b", "c"]);
    expect(stripAcrossParts(["a <", "|im_start|", ">"])).toEqual(["a ", "", ""]);
  });

  it.each([
    "Is 3 > 2, or is 2 < 3?",
    "What does the sign say: [PUSH]?",
    "a -> b <- c => d",
    "Read <https://example.org> and x[0], please",
    "|a| < |b|",
    "",
    "Où est la porte ? 門はどこ？",
  ])("are all that is removed: %j", (words) => {
    expect(stripSpecialTokens(words)).toBe(words);
  });

  it("cost little in a long text made to be costly", () => {
    for (const text of [
      "<|im_".repeat(2000) + "start|>".repeat(2000),
      "<s>".repeat(4000),
      ">".repeat(10_000),
    ]) {
      const startedMs = performance.now();
      stripSpecialTokens(text);
      expect(performance.now() - startedMs).toBeLessThan(500);
    }
  });
});
