import type { CallView, Device } from "../call.ts";
import { useStore } from "../lib/use-store.ts";
import type { Page } from "../page.ts";
import { rateText } from "../status.ts";
import { CameraPreview } from "./camera-preview.tsx";

interface Props {
  readonly page: Page;
  readonly view: CallView;
}

/** What acts on a call, and what its camera sees. */
export function CallTools({ page }: { readonly page: Page }) {
  const view = useStore(page.view);
  if (view.phase === "idle" || view.phase === "connecting") return null;
  return (
    <section class="tools" aria-label={page.messages.controls}>
      <Controls page={page} view={view} />
      {view.camera === "on" && <CameraPreview page={page} hint={view.hint} />}
    </section>
  );
}

function Controls({ page, view }: Props) {
  const { messages, caller } = page;
  const canShare = "getDisplayMedia" in (navigator.mediaDevices ?? {});
  return (
    <div class="controls">
      <button type="button" aria-keyshortcuts="Escape" onClick={() => page.stop()}>
        {messages.stop}
      </button>
      <button type="button" aria-keyshortcuts="R" onClick={() => caller.command("repeat")}>
        {messages.repeat}
      </button>
      {view.ear !== null && view.microphone !== "unasked" && (
        <Switch page={page} view={view} device="microphone" shortcut="M" />
      )}
      <Switch page={page} view={view} device="camera" shortcut="C" />
      {canShare && <Switch page={page} view={view} device="screen" />}
      <div class="rate" role="group" aria-label={messages.rate("")}>
        <button type="button" onClick={() => page.stepRate(-1)}>
          {messages.slower}
        </button>
        <span>{messages.rate(rateText(view.rate, messages))}</span>
        <button type="button" onClick={() => page.stepRate(1)}>
          {messages.faster}
        </button>
      </div>
    </div>
  );
}

function Switch({
  page,
  view,
  device,
  shortcut,
}: Props & { readonly device: Device; readonly shortcut?: string }) {
  const texts = page.messages.devices[device];
  const state = view[device];
  const isOn = state === "on" || state === "starting";
  const label = isOn ? texts.mute : state === "muted" ? texts.unmute : texts.start;
  return (
    <button
      type="button"
      class={isOn ? "on" : "off"}
      aria-keyshortcuts={shortcut}
      onClick={() => page.caller.toggle(device)}
    >
      {label}
    </button>
  );
}
