import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { closeChromium, startChromium } from "../test/e2e/web/chromium.ts";
import { builtPage, startSite } from "../test/e2e/web/site.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

const RUNS = 20;
const TARGET_BYTES = 250_000;
const TARGET_MS = 1000;
/** A name is enough: nobody is called. */
const LIVEKIT = { url: "ws://127.0.0.1:9", apiKey: "key", apiSecret: "a secret of thirty-two characters" };

/** Notes when the button is in the page: it is drawn together with what it does. */
const WATCH = `new MutationObserver((_changes, observer) => {
  if (!document.getElementById("call")) return;
  globalThis.buttonMs = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });`;

/** What the caller's page weighs, and how soon its button can be pressed. */
export const run: Bench = async () => {
  const weights = await weigh(await builtPage());
  const { button, complete, requests } = await load();
  const total = (kind: "br" | "gz" | "plain") => weights.reduce((sum, file) => sum + file[kind], 0);
  const p95 = quantile(button, 0.95);
  return {
    name: "page-weight",
    title: "Weight of the caller's page, and time to its button",
    rows: [
      {
        what: "all that the page ever loads, LiveKit's client included, as brotli",
        target: `≤ ${TARGET_BYTES / 1000} kB`,
        measured: `${kilobytes(total("br"))} (gzip ${kilobytes(total("gz"))}, plain ${kilobytes(total("plain"))})`,
        met: total("br") <= TARGET_BYTES,
      },
      {
        what: "from the navigation to the button that calls, loopback, nothing in the cache",
        target: `≤ ${TARGET_MS} ms`,
        measured: `p50 ${quantile(button, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (n = ${RUNS})`,
        met: p95 <= TARGET_MS,
      },
    ],
    notes: [
      `${requests} requests. LiveKit's client is loaded after the first paint: all is there after ${quantile(complete, 0.5).toFixed(0)} ms (p50). Chromium, browser and gateway on the same machine.`,
      weights.map((file) => `\`${file.name}\` ${kilobytes(file.br)}`).join(", "),
    ],
  };
};

interface Weight {
  readonly name: string;
  /** Bytes as they are sent to a browser that takes brotli, gzip, or neither. */
  readonly br: number;
  readonly gz: number;
  readonly plain: number;
}

async function weigh(folder: string): Promise<readonly Weight[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = all.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const sizes = new Map<string, number>();
  for (const path of files) sizes.set(path, (await readFile(path)).length);
  return files
    .filter((path) => !/\.(br|gz)$/.test(path))
    .map((path) => {
      const plain = sizes.get(path) ?? 0;
      const [br, gz] = [sizes.get(`${path}.br`) ?? plain, sizes.get(`${path}.gz`) ?? plain];
      return { name: path.slice(folder.length + 1).replace(/-[\w-]{8}\./, "."), br, gz, plain };
    })
    .toSorted((a, b) => b.br - a.br);
}

async function load() {
  const site = await startSite({ livekit: LIVEKIT });
  const button: number[] = [];
  const complete: number[] = [];
  let requests = 0;
  for (let count = 0; count < RUNS; count += 1) {
    const browser = await startChromium();
    requests = 0;
    browser.page.on("request", () => (requests += 1));
    await browser.page.addInitScript(WATCH);
    await browser.page.goto(site.url, { waitUntil: "networkidle" });
    button.push(await browser.page.evaluate<number>("buttonMs"));
    complete.push(
      await browser.page.evaluate<number>(
        "Math.max(...performance.getEntriesByType('resource').map((entry) => entry.responseEnd))",
      ),
    );
    await browser.close();
  }
  await closeChromium();
  await site.close();
  return { button, complete, requests };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

await runDirectly(import.meta.url, run);
