/**
 * Removes the control tokens of model families from text that a user wrote, said or showed, so that it
 * cannot open or close a turn, or stand for a picture. Nothing that removal brings together survives.
 */
export function stripSpecialTokens(text: string): string {
  return stripAcrossParts([text])[0] ?? "";
}

/**
 * The same for the text parts of one message: chat templates join parts without a separator, so a
 * token may be spread over several of them.
 */
export function stripAcrossParts(parts: readonly string[]): readonly string[] {
  if (!parts.some((part) => /[>\]]/u.test(part))) return parts;
  let kept = "";
  const starts: number[] = [];
  for (const part of parts) {
    starts.push(kept.length);
    let from = 0;
    for (const { index } of part.matchAll(/[>\]]/gu)) {
      kept += part.slice(from, index + 1);
      from = index + 1;
      // Every token ends in one of these two characters, so none can be complete anywhere but here.
      const token = TOKEN_AT_END.exec(kept.slice(-LONGEST_TOKEN));
      if (token === null) continue;
      kept = kept.slice(0, kept.length - token[0].length);
      for (let i = starts.length - 1; i >= 0 && (starts[i] ?? 0) > kept.length; i -= 1)
        starts[i] = kept.length;
    }
    kept += part.slice(from);
  }
  return starts.map((start, i) => kept.slice(start, starts[i + 1]));
}

const LONGEST_TOKEN = 80;

/** Angle-bracket tokens without bars: Llama 2, Gemma, LLaVA, Qwen, InternVL, Phi, GLM, Cohere, StarCoder, T5. */
const ANGLED = [
  "/?s|unk|pad|bos|eos|mask|sep|cls|0x[0-9a-f]{2}",
  "(?:start|end)_of_(?:turn|image|audio|text)|(?:image|audio|video)_soft_token|(?:image|audio|video)(?:_?pad)?",
  "/?(?:img|ref|box|quad|img_context|image_placeholder|patch_index_\\d{1,6})|im_patch|im_start|im_end",
  "/?(?:tool_call|tool_response|tools|think|function_calls?|vision)",
  "sop|eop|bos_token|eos_token|eos|eod|endoftext|end_of_utterance|fake_token_around_image|row_\\d{1,3}_col_\\d{1,3}",
  "fim_(?:prefix|middle|suffix|pad)|(?:prefix|middle|suffix)_token|extra_id_\\d{1,4}|(?:un)?used_?\\d{1,4}|reserved_\\d{1,4}",
  "</?sys>",
].join("|");

/** Square-bracket tokens: Llama 2, Mistral, Pixtral, GLM. */
const SQUARED =
  "/?(?:inst|available_tools|tool_results|tool_calls|tool_content|system_prompt|think|img|img_break|img_end|args|call_id|audio|begin_audio|prefix|middle|suffix|[gs]?mask)";

/** The first line is any `<|…|>` (ChatML and most families) and its full-width form (DeepSeek). */
const TOKEN_AT_END = new RegExp(
  ["<[|｜][^<>|｜]{0,72}[|｜]>", `<(?:${ANGLED})>`, `\\[(?:${SQUARED})\\]`]
    .map((form) => `(?:${form})$`)
    .join("|"),
  "iu",
);
