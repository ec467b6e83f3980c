import { render } from "preact";
import { createApi } from "./api.ts";
import { codeOf } from "./code.ts";
import { App } from "./components/app.tsx";
import { keepFocus } from "./focus.ts";
import { chooseMessages } from "./messages/messages.ts";
import { createPage } from "./page.ts";
import { readSettings, writeSettings } from "./settings.ts";
import { unlockSound } from "./sound.ts";
import { createDeviceVoice } from "./speech-out.ts";
import { createWakeLock } from "./wake-lock.ts";

const storage = () => globalThis.localStorage;
const loadRoom = () => import("./room.ts").then(({ createRoom }) => createRoom);
const messages = chooseMessages(navigator.languages);
const page = createPage({
  api: createApi("/api/v1", (input, init) => fetch(input, init)),
  messages,
  settings: readSettings(storage),
  keepSettings: (settings) => writeSettings(storage, settings),
  createVoice: (options) => createDeviceVoice(options, globalThis),
  loadRoom,
  unlockSound,
  noDevices() {
    if (!globalThis.isSecureContext) return "insecure";
    return navigator.mediaDevices ? null : "unsupported";
  },
});

const code = codeOf(location.hash);
if (code) {
  page.code.set(code);
  // Neither the history nor a shared address should hold it.
  history.replaceState(null, "", location.pathname);
}

document.documentElement.lang = messages.tag;
const root = document.getElementById("page");
if (root) {
  render(<App page={page} />, root);
  keepFocus(root);
}

const wakeLock = createWakeLock();
page.view.watch(({ phase }) => wakeLock.want(phase !== "idle"));
void page.load();
requestAnimationFrame(() => setTimeout(() => void loadRoom().catch(() => undefined)));
