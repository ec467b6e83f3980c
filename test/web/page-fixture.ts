import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import type { Api } from "../../web/api.ts";
import type { LiveRegion } from "../../web/live-region.ts";
import { en } from "../../web/messages/en.ts";
import { createPage } from "../../web/page.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../web/settings.ts";
import { createFakeRoom } from "./fake-room.ts";

/** A page whose server and devices are of the test's making. */
export function start(api: Partial<Api> = {}, settings: Partial<Settings> = {}, hasVoice = false) {
  let isLost = false;
  const room = createFakeRoom({ loses: () => isLost });
  const kept: Settings[] = [];
  const spoken: string[] = [];
  const unlocked: string[] = [];
  let tellSpeaking: (on: boolean) => void = () => {};
  const page = createPage({
    messages: en,
    settings: { ...DEFAULT_SETTINGS, ...settings },
    keepSettings: (now) => kept.push(now),
    noDevices: () => null,
    unlockSound() {
      unlocked.push("sound");
      return () => {};
    },
    loadRoom: async () => room.create,
    createVoice({ onSpeaking }) {
      tellSpeaking = onSpeaking;
      return {
        available: () => hasVoice,
        unlock: () => void unlocked.push("device voice"),
        stop: () => {},
        say(text) {
          spoken.push(text);
          onSpeaking(true);
        },
      };
    },
    api: {
      config: async () => ({ calls: true, codeNeeded: false, hears: true, language: "en" }),
      ticket: async () => ({ serverUrl: "ws://here", token: "t" }),
      ask: () => (async function* () {})(),
      ledger: async () => ({ entries: [] }),
      forget: async () => {},
      ...api,
    },
  });
  return {
    page,
    room,
    kept,
    spoken,
    unlocked,
    endSpeech: () => tellSpeaking(false),
    loseWhatIsSent: () => void (isLost = true),
  };
}

/** A page in a call whose assistant has told of its services. */
export async function call(
  speech: { readonly ear: string; readonly voice: string | null },
  options: { readonly deviceVoice?: boolean; readonly settings?: Partial<Settings> } = {},
) {
  const started = start({}, options.settings, options.deviceVoice);
  const { page, room } = started;
  await page.load();
  page.press();
  await settle();
  const hear = (...events: readonly CallEvent[]) => {
    for (const event of events) room.tell({ type: "event", event });
  };
  hear({ type: "speech", ...speech });
  return { ...started, hear };
}

/** What a live region says now. */
export function texts(region: LiveRegion): readonly string[] {
  return region.lines.get().map(({ text }) => text);
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
