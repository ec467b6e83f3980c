import { useEffect, useState } from "preact/hooks";
import { type Choice, choicesOf, type Input } from "../devices.ts";
import { useStore } from "../lib/use-store.ts";
import type { Page } from "../page.ts";
import { SHORTCUTS } from "../shortcuts.ts";

/** Devices and keys; what is chosen stays on this device. */
export function SettingsPanel({ page }: { readonly page: Page }) {
  const { messages } = page;
  const settings = useStore(page.settings);
  const view = useStore(page.view);
  return (
    <details class="panel">
      <summary>{messages.settings}</summary>
      <DeviceChoice page={page} input="microphone" />
      <DeviceChoice page={page} input="camera" />
      {view.voice === null && (
        <Check
          label={messages.deviceVoice}
          on={settings.deviceVoice}
          onChange={(deviceVoice) => page.change({ deviceVoice })}
        />
      )}
      <Check
        label={messages.shortcutsOn}
        on={settings.shortcuts}
        onChange={(shortcuts) => page.change({ shortcuts })}
      />
      <p class="quiet">{messages.shortcutsAbout}</p>
      <dl class="keys">
        {SHORTCUTS.map(({ key, does }) => (
          <div key={key}>
            <dt>
              <kbd>{messages.keys[key] ?? key.toUpperCase()}</kbd>
            </dt>
            <dd>{messages.shortcuts[does]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function DeviceChoice({ page, input }: { readonly page: Page; readonly input: Input }) {
  const { messages } = page;
  const settings = useStore(page.settings);
  const choices = useChoices(page, input);
  const automatic = input === "camera" ? messages.automaticCamera : messages.automatic;
  return (
    <div class="field">
      <label for={`choose-${input}`}>
        {input === "camera" ? messages.chooseCamera : messages.chooseMicrophone}
      </label>
      <select
        id={`choose-${input}`}
        value={settings[input]}
        onChange={(event) => page.change({ [input]: event.currentTarget.value })}
      >
        <option value="">{automatic}</option>
        {choices.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      {choices.length === 0 && <p class="quiet">{messages.devicesUnnamed}</p>}
    </div>
  );
}

/** Browsers name devices only after a permission, so that they are asked again with each state of the device. */
function useChoices(page: Page, input: Input): readonly Choice[] {
  const state = useStore(page.view)[input];
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  useEffect(() => {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices) return undefined;
    const list = () =>
      void devices.enumerateDevices().then(
        (found) => setChoices(choicesOf(found, input)),
        () => undefined,
      );
    list();
    devices.addEventListener("devicechange", list);
    return () => devices.removeEventListener("devicechange", list);
  }, [input, state]);
  return choices;
}

interface CheckProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

function Check({ label, on, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
