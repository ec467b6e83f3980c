import { useEffect, useRef } from "preact/hooks";
import { useStore } from "../lib/use-store.ts";
import type { Page } from "../page.ts";

/** The access code, when the server asks for one. Enter calls. */
export function CodeField({ page }: { readonly page: Page }) {
  const { messages } = page;
  const config = useStore(page.config);
  const view = useStore(page.view);
  const asking = useStore(page.asking);
  const code = useStore(page.code);
  const field = useRef<HTMLInputElement>(null);
  const callFault = view.outcome && "fault" in view.outcome ? view.outcome.fault : undefined;
  const fault = [callFault, asking].find((found) => found === "code-needed" || found === "code-wrong");
  const needed = fault !== undefined || (config !== null && config !== "unreachable" && config.codeNeeded);
  useEffect(() => {
    if (fault) field.current?.focus();
  }, [fault, view.outcome]);
  if (!needed) return null;
  return (
    <form
      class="code"
      onSubmit={(event) => {
        event.preventDefault();
        page.press();
      }}
    >
      <label for="code">{messages.code}</label>
      <input
        ref={field}
        id="code"
        type="password"
        autocomplete="current-password"
        value={code}
        aria-invalid={fault === "code-wrong"}
        aria-describedby={fault ? "code-fault" : undefined}
        onInput={(event) => page.code.set(event.currentTarget.value)}
      />
      {fault && (
        <p id="code-fault" class="problem">
          {messages.faults[fault]}
        </p>
      )}
    </form>
  );
}
