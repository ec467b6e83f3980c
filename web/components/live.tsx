import { useStore } from "../lib/use-store.ts";
import type { Page } from "../page.ts";
import { problemsOf } from "../status.ts";

/** The status in words; a screen reader is told each change, but never during an answer. */
export function LiveStatus({ page }: { readonly page: Page }) {
  const lines = useStore(page.status.lines);
  const view = useStore(page.view);
  // What stands on the page anyhow is here for the ear alone.
  const { offline, typeHelp } = page.messages;
  const problems = problemsOf(view, page.messages).map(({ text }) => text);
  const shown = new Set([offline, typeHelp, ...problems]);
  const last = lines.findLast(({ text }) => !shown.has(text));
  return (
    <div class="status" role="status" aria-atomic="false">
      {lines.map(({ id, text }) => (
        <p key={id} class={id === last?.id ? undefined : "unseen"}>
          {text}
        </p>
      ))}
    </div>
  );
}

/** Answers that nobody speaks aloud, for the screen reader; they are to be seen in the conversation. */
export function LiveAnswers({ page }: { readonly page: Page }) {
  const lines = useStore(page.answers.lines);
  const config = useStore(page.config);
  const language = config === null || config === "unreachable" ? page.messages.tag : config.language;
  return (
    <div class="unseen" role="log" aria-label={page.messages.assistant} lang={language}>
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
