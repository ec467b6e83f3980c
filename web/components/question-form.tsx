import { useRef, useState } from "preact/hooks";
import { useStore } from "../lib/use-store.ts";
import { QUESTION_ID } from "../listen.ts";
import type { Page } from "../page.ts";
import { PhotoField } from "./photo-field.tsx";

/** A typed question: into the call, or without one straight to the server, then with a photo if wanted. */
export function QuestionForm({ page }: { readonly page: Page }) {
  const { messages } = page;
  const { phase } = useStore(page.view);
  const config = useStore(page.config);
  const asking = useStore(page.asking);
  const [text, setText] = useState("");
  const [photo, setPhoto] = useState<string>();
  const [empty, setEmpty] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  if (phase === "connecting" || config === "unreachable") return null;
  const fault =
    phase === "idle" && typeof asking === "string" && !asking.startsWith("code")
      ? messages.faults[asking]
      : "";
  const problem = empty ? messages.emptyQuestion : fault;
  const submit = (event: Event) => {
    event.preventDefault();
    setEmpty(text.trim() === "");
    if (text.trim() === "") return field.current?.focus();
    page.ask(text.trim(), phase === "idle" ? photo : undefined);
    setText("");
  };
  return (
    <form class="question" onSubmit={submit}>
      <label for={QUESTION_ID}>{messages.question}</label>
      <div class="row">
        <input
          ref={field}
          id={QUESTION_ID}
          type="text"
          autocomplete="off"
          enterkeyhint="send"
          maxLength={2000}
          value={text}
          aria-keyshortcuts="T"
          aria-invalid={problem !== ""}
          aria-describedby={problem ? "question-problem" : undefined}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setEmpty(false);
          }}
        />
        <button type="submit">{messages.send}</button>
        {phase === "idle" && asking === true && (
          <button type="button" onClick={() => page.stop()}>
            {messages.cancelAnswer}
          </button>
        )}
      </div>
      {problem && (
        <p id="question-problem" class="problem" role="alert">
          {problem}
        </p>
      )}
      {phase === "idle" && (
        <PhotoField page={page} photo={photo} onPhoto={setPhoto} open={config?.calls === false} />
      )}
    </form>
  );
}
