import { afterAll, afterEach } from "vitest";
import type { Ask, AskedQuestion } from "../../../orchestrator/http/ask.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";
import { type BrowserOptions, closeChromium, startChromium, type TestBrowser } from "./chromium.ts";
import { type SiteOptions, startSite } from "./site.ts";

/** A LiveKit server that is named and not there. */
export const LIVEKIT = {
  url: "ws://127.0.0.1:1",
  apiKey: "key",
  apiSecret: "a secret of thirty-two characters",
};
/** What a caller asked so far, the newest first. */
export const ENTRIES: readonly LedgerEntry[] = [
  entry("t2", {
    frame: { sha256: "ab".repeat(32), source: "camera", capturedAtMs: 0, verdict: "person", persons: 2 },
  }),
  entry("t1", {
    engine: { name: "cloud", model: "gpt-4o", host: "api.openai.com" },
    reason: "no-person",
    ear: { name: "deepgram", model: "nova-3", host: "api.deepgram.com" },
    voice: { name: "espeak", model: null, host: "this machine" },
  }),
];

const closers: (() => Promise<void>)[] = [];

/** Closes what the tests of this file opened, the newest first, and in the end the browsers. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  afterAll(closeChromium);
}

/** Opens the page of a site in a window of its own, ready to be used. `script` runs before the page's own. */
export async function open(site: SiteOptions, options?: BrowserOptions, script = ""): Promise<TestBrowser> {
  const url = await place(site);
  const browser = await start(options);
  if (script) await browser.page.addInitScript(script);
  await browser.page.goto(url);
  await browser.page.locator("h1").waitFor();
  await browser.page.locator("form.question").waitFor();
  return browser;
}

/** Closes something after the test. */
export function later(close: () => Promise<void>): void {
  closers.push(close);
}

/** Opens an empty window. */
export async function start(options?: BrowserOptions): Promise<TestBrowser> {
  const browser = await startChromium(options);
  closers.push(() => browser.close());
  return browser;
}

/** Starts a site; its address. */
export async function place(options: SiteOptions): Promise<string> {
  const site = await startSite(options);
  closers.push(() => site.close());
  return site.url;
}

/** Unfolds all that can be unfolded. */
export async function openPanels(page: TestBrowser["page"]): Promise<void> {
  for (const summary of await page.locator(".panel > summary").all()) await summary.click();
}

/** Answers every question with the same words. */
export function answering(text: string): Ask {
  return noting(text).ask;
}

/** Answers every question with the same words, and keeps the questions. */
export function noting(text: string): { readonly ask: Ask; readonly asked: readonly AskedQuestion[] } {
  const asked: AskedQuestion[] = [];
  return {
    asked,
    async ask(question, _signal, onEvent) {
      asked.push(question);
      for (const piece of text.split(/(?<= )/)) onEvent({ type: "text", text: piece });
      onEvent({ type: "end", turn: "t1", outcome: "answered", engine: "local", ttftMs: 5, totalMs: 9 });
    },
  };
}

function entry(turn: string, part: Partial<LedgerEntry>): LedgerEntry {
  return {
    turn,
    call: "c1",
    caller: "me",
    atMs: Date.UTC(2026, 10, 21, 14, 30),
    frame: null,
    engine: { name: "local", model: "qwen2-vl", host: "this machine" },
    reason: "person-in-frame",
    ear: null,
    voice: null,
    ...part,
  };
}
