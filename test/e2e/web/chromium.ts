import { AxeBuilder } from "@axe-core/playwright";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { launchChromium } from "../../standins/chromium.ts";
import { drawnRoom } from "./drawn-room.ts";

const DEVICES = {
  allowed: [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
  ],
  refused: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
  none: ["--use-fake-ui-for-media-stream"],
  "three-cameras": ["--use-fake-device-for-media-stream=device-count=3", "--use-fake-ui-for-media-stream"],
};

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export interface BrowserOptions extends Pick<
  BrowserContextOptions,
  | "viewport"
  | "isMobile"
  | "hasTouch"
  | "colorScheme"
  | "reducedMotion"
  | "forcedColors"
  | "locale"
  | "ignoreHTTPSErrors"
> {
  /** What there is of cameras and microphones, all of them made up. Default: `allowed`. */
  readonly devices?: keyof typeof DEVICES;
}

export interface TestBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser's console said of errors, and what the content policy refused. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

const browsers = new Map<string, Promise<Browser>>();

/** Opens a window without a past in Chromium. */
export async function startChromium(options: BrowserOptions = {}): Promise<TestBrowser> {
  const { devices = "allowed", ...contextOptions } = options;
  const running = browsers.get(devices) ?? launch(devices);
  browsers.set(devices, running);
  const context = await (
    await running
  ).newContext({ viewport: { width: 1000, height: 1000 }, locale: "en-US", ...contextOptions });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  return { context, page, faults, close: () => context.close() };
}

/** Ends every browser that was started. */
export async function closeChromium(): Promise<void> {
  const running = await Promise.all(browsers.values());
  browsers.clear();
  await Promise.all(running.map((browser) => browser.close()));
}

async function launch(devices: keyof typeof DEVICES): Promise<Browser> {
  const camera = devices === "allowed" ? [`--use-file-for-fake-video-capture=${await drawnRoom()}`] : [];
  return launchChromium([...DEVICES[devices], ...camera]);
}

/** Rules that axe finds broken, with the elements; empty: none. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** By how many pixels the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** Keeps a picture of the page as an artifact of the test run. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = join(import.meta.dirname, "../../../coverage/pages");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
