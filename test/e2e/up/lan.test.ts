import { connect } from "node:net";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lanAddress } from "../../../orchestrator/commands/stack/demo-lan.ts";
import { prepareStack, type Ran, type Stack } from "./stack.ts";

// `make up ENGINE=simulator RUNTIME=process LAN=1`: who else is in the local network reaches the page and
// calls, with the access code, and nothing else.

const LAN = lanAddress();

let stack: Stack;
let up: Ran;
beforeAll(async () => {
  stack = await prepareStack({ script: [], says: [] });
  up = await stack.up("--lan");
}, 150_000);
afterAll(() => stack?.close(), 60_000);

/** As another device of the network asks the page. */
function ask(path: string, options: { readonly method?: string; readonly body?: string } = {}) {
  const { port } = new URL(stack.address);
  const headers = { origin: `https://${LAN}:${port}`, "content-type": "application/json" };
  return new Promise<{ status: number | undefined; said: string }>((resolve, reject) => {
    // The certificate is of its own making: a guest sees it once and takes it.
    const trusting = { headers, method: options.method ?? "GET", rejectUnauthorized: false, agent: false };
    const asked = request(`https://${LAN}:${port}${path}`, trusting, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode, said }), reject);
    });
    asked.once("error", reject);
    asked.end(options.body);
  });
}

const isOpen = (port: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(port), LAN);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

test("the page answers in the local network, at an address that holds the access code", async () => {
  expect(up.code, up.stderr).toBe(0);
  const { port } = new URL(stack.address);
  const [, code = ""] =
    new RegExp(`open https://${LAN.replaceAll(".", "\\.")}:${port}/#code=(\\d{8})\n`).exec(up.stdout) ?? [];
  expect(code).not.toBe("");
  expect(await ask("/")).toMatchObject({ status: 200, said: expect.stringContaining("<title>Sightline") });
  expect(await ask("/api/v1/livekit/token")).toMatchObject({ status: 401 });
  const entered = (word: string) =>
    ask("/api/v1/access", { method: "POST", body: JSON.stringify({ code: word }) });
  expect(await entered("00000000")).toMatchObject({ status: 401 });
  expect(await entered(code)).toMatchObject({ status: 204 });
});

test("page and signalling of calls are open there, and no other program", async () => {
  const { programs } = await stack.status();
  const reached = await Promise.all(
    programs.map(async ({ name, address }) => [name, await isOpen(new URL(address).port)] as const),
  );
  expect(reached.filter(([, open]) => open).map(([name]) => name)).toEqual(["livekit", "gateway"]);
  // LiveKit would show its metrics there too, and asks nobody for a token.
  expect(await stack.query('up{job="livekit"}')).toEqual([]);
});
