import { expect, test } from "vitest";
import { createSignalAddress } from "../../../orchestrator/http/signal-address.ts";
import { createSites } from "../../../orchestrator/http/sites.ts";

const HTTP = "http://127.0.0.1:8000";
const HTTPS = "https://calls.example.org";
const PLAIN = "ws://127.0.0.1:7880";
const TLS = "wss://livekit.example.org/at";

function addressOf(publicUrl: string, publicOrigins: readonly string[]) {
  const sites = createSites(
    { host: "127.0.0.1", publicOrigins, accessCode: "12345678", tls: false },
    () => 8000,
  );
  return createSignalAddress(publicUrl, sites);
}

test.each([
  ["a plain page", [HTTP], PLAIN, "127.0.0.1:8000", PLAIN, false],
  ["a plain page with a server that has TLS", [HTTP], TLS, "127.0.0.1:8000", TLS, false],
  ["a page on HTTPS", [HTTPS], PLAIN, "calls.example.org", "wss://calls.example.org", true],
  ["a page on HTTPS with a server that has TLS", [HTTPS], TLS, "calls.example.org", TLS, false],
  ["a plain page beside one on HTTPS", [HTTP, HTTPS], PLAIN, "127.0.0.1:8000", PLAIN, true],
  [
    "a page on HTTPS beside a plain one",
    [HTTP, HTTPS],
    PLAIN,
    "calls.example.org",
    "wss://calls.example.org",
    true,
  ],
])("%s", (_, origins, publicUrl, host, expected, proxied) => {
  const address = addressOf(publicUrl, origins);
  expect([address.of(host), address.proxied]).toEqual([expected, proxied]);
});

test("the page may connect to what it is told, and to no more", () => {
  const connect = (url: string, origins: readonly string[]) => addressOf(url, origins).connect();
  expect(connect(PLAIN, [HTTP])).toEqual([PLAIN, "http://127.0.0.1:7880"]);
  expect(connect(PLAIN, [HTTPS])).toEqual(["wss://calls.example.org"]);
  expect(connect(PLAIN, [HTTP, HTTPS])).toEqual(["wss://calls.example.org", PLAIN, "http://127.0.0.1:7880"]);
  expect(connect(TLS, [HTTPS])).toEqual(["wss://livekit.example.org", "https://livekit.example.org"]);
});
