/** One server-sent event. */
export interface StreamEvent {
  /** `message` when the server named none. */
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events from a body; ends with it. Comments, ids and retry times are passed over. */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest = (rest + decoder.decode(bytes, { stream: true })).replaceAll("\r\n", "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) yield* toEvent(block);
  }
  yield* toEvent(rest);
}

function* toEvent(block: string): Generator<StreamEvent> {
  const fields = block.split("\n").map((line) => /^(event|data)(?:: ?|$)(.*)$/.exec(line));
  const valuesOf = (field: string) =>
    fields.flatMap((match) => (match?.[1] === field ? [match[2] ?? ""] : []));
  const data = valuesOf("data");
  if (data.length > 0) yield { name: valuesOf("event").at(-1) ?? "message", data: data.join("\n") };
}
