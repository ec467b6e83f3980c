import { useEffect, useRef } from "preact/hooks";
import type { CallView } from "../call.ts";
import { useStore } from "../lib/use-store.ts";
import { CALL_ID } from "../listen.ts";
import type { Page } from "../page.ts";
import { problemsOf } from "../status.ts";
import { CodeField } from "./code-field.tsx";
import { LiveStatus } from "./live.tsx";

/** A second press that soon was meant for what the button said before. */
const DOUBLE_PRESS_MS = 700;

/** The one big button, the status, and what stands in the way. */
export function CallPanel({ page }: { readonly page: Page }) {
  const { messages } = page;
  const view = useStore(page.view);
  const config = useStore(page.config);
  const inCall = view.phase !== "idle";
  const problems = problemsOf(view, messages);
  const help =
    config === "unreachable"
      ? messages.offline
      : config?.calls === false
        ? messages.typeHelp
        : messages.callHelp;
  return (
    <section class="call" aria-label={messages.call}>
      {(inCall || config === null || (config !== "unreachable" && config.calls)) && (
        <CallButton page={page} view={view} />
      )}
      {view.phase === "in-call" && (
        <p class="doing">{view.agent === "here" ? messages.states[view.state] : messages.states.silent}</p>
      )}
      <LiveStatus page={page} />
      {!inCall && !view.outcome && <p class="help">{help}</p>}
      {!inCall && <CodeField page={page} />}
      {view.soundBlocked && (
        <button type="button" onClick={() => page.caller.unlockSound()}>
          {messages.unlockSound}
        </button>
      )}
      {problems.map(({ device, text }) => (
        <p key={device} class="problem">
          <strong>{messages.devices[device].name}:</strong> {text}
        </p>
      ))}
    </section>
  );
}

function CallButton({ page, view }: { readonly page: Page; readonly view: CallView }) {
  const { messages } = page;
  const { phase } = view;
  const changedAt = useRef(Number.NEGATIVE_INFINITY);
  const button = useRef<HTMLButtonElement>(null);
  const [label, kind] =
    phase === "idle"
      ? [messages.call, "start"]
      : phase === "connecting"
        ? [messages.cancel, "cancel"]
        : [messages.hangUp, "end"];
  useEffect(() => button.current?.focus({ preventScroll: true }), []);
  const press = () => {
    const now = performance.now();
    if (now - changedAt.current < DOUBLE_PRESS_MS) return;
    changedAt.current = now;
    page.press();
  };
  return (
    <button
      ref={button}
      id={CALL_ID}
      type="button"
      class={`big ${kind} ${phase === "in-call" ? view.state : ""}`}
      aria-keyshortcuts={phase === "idle" ? undefined : "H"}
      onClick={press}
    >
      {label}
    </button>
  );
}
