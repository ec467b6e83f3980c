import { useRef } from "preact/hooks";
import type { Utterance } from "../conversation.ts";
import { useStore } from "../lib/use-store.ts";
import type { Messages } from "../messages/en.ts";
import type { Page } from "../page.ts";

/** What was said: the last exchange large, the rest folded. It is no live region: the sound is what is heard. */
export function ConversationLog({ page }: { readonly page: Page }) {
  const { messages } = page;
  const conversation = useStore(page.conversation);
  const config = useStore(page.config);
  const last = useRef<HTMLDivElement>(null);
  const language = config === null || config === "unreachable" ? messages.tag : config.language;
  if (conversation.length === 0) return null;
  const start = Math.max(
    0,
    conversation.findLastIndex(({ who }) => who === "caller"),
  );
  const earlier = conversation.slice(0, start);
  const latest = conversation.slice(start);
  return (
    <section class="conversation" aria-labelledby="conversation-title" aria-live="off">
      <h2 id="conversation-title">{messages.conversation}</h2>
      {earlier.length > 0 && (
        <details>
          <summary>{messages.earlier(earlier.length)}</summary>
          <div lang={language}>
            {earlier.map((utterance) => (
              <Said key={`${utterance.who}-${utterance.id}`} utterance={utterance} messages={messages} />
            ))}
          </div>
        </details>
      )}
      <div class="latest" ref={last} tabIndex={-1} lang={language}>
        {latest.map((utterance) => (
          <Said key={`${utterance.who}-${utterance.id}`} utterance={utterance} messages={messages} />
        ))}
      </div>
      {conversation.some(({ who }) => who === "assistant") && (
        <button type="button" onClick={() => last.current?.focus()}>
          {messages.readLast}
        </button>
      )}
    </section>
  );
}

function Said({ utterance, messages }: { readonly utterance: Utterance; readonly messages: Messages }) {
  if (utterance.who === "caller")
    return (
      <p class={`said caller ${utterance.final ? "" : "interim"}`}>
        <span class="who">{messages.you}</span> {utterance.text}
      </p>
    );
  const { text, spoken, state } = utterance;
  const ahead =
    state === "running" && spoken !== "" && text.startsWith(spoken) ? text.slice(spoken.length) : "";
  return (
    <p class="said assistant">
      <span class="who">{messages.assistant}</span> {ahead === "" ? text : spoken}
      {ahead !== "" && <span class="ahead">{ahead}</span>}
      {state === "interrupted" && <span class="quiet"> {messages.interrupted}</span>}
    </p>
  );
}
