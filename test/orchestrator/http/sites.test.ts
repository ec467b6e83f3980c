import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../orchestrator/errors.ts";
import { createSites } from "../../../orchestrator/http/sites.ts";

const local = { host: "127.0.0.1", publicOrigins: undefined, accessCode: undefined, tls: false };

describe("on loopback", () => {
  const sites = createSites(local, () => 8000);
  test.each([
    ["127.0.0.1:8000", "http://127.0.0.1:8000"],
    ["localhost:8000", "http://localhost:8000"],
    ["LOCALHOST:8000", "http://localhost:8000"],
    ["[::1]:8000", "http://[::1]:8000"],
    ["localhost", undefined],
    ["localhost:8001", undefined],
    ["127.0.0.1.evil.example:8000", undefined],
    ["evil.example:8000", undefined],
    ["evil.example", undefined],
    ["user@localhost:8000", undefined],
    ["localhost:8000/..", undefined],
    ["localhost:8000, evil.example", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("the host %j stands for %j", (host, origin) => {
    expect(sites.ofHost(host)).toBe(origin);
  });
  test.each([
    ["http://localhost:8000", true],
    ["https://localhost:8000", false],
    ["http://localhost", false],
    ["null", false],
    ["http://evil.example", false],
  ])("the origin %s is ours: %s", (origin, ours) => {
    expect(sites.hasOrigin(origin)).toBe(ours);
  });
});

test("a default port may be named or not", () => {
  const options = { ...local, accessCode: "12345678", publicOrigins: ["https://calls.example.org"] };
  const sites = createSites(options, () => 8000);
  expect(sites.ofHost("calls.example.org")).toBe("https://calls.example.org");
  expect(sites.ofHost("calls.example.org:443")).toBe("https://calls.example.org");
  expect(sites.ofHost("calls.example.org:80")).toBeUndefined();
  expect(sites.ofHost("localhost:8000")).toBeUndefined();
  expect(createSites(local, () => 80).ofHost("localhost")).toBe("http://localhost");
});

describe("without an access code", () => {
  test.each([
    ["an address for everybody", { ...local, host: "0.0.0.0" }],
    ["an address of the network", { ...local, host: "192.168.1.5" }],
    ["every IPv6 address", { ...local, host: "::" }],
    [
      "a proxy for everybody",
      { ...local, publicOrigins: ["http://127.0.0.1:8000", "https://calls.example.org"] },
    ],
  ])("%s is refused", (_, options) => {
    expect(() => createSites(options, () => 8000)).toThrow(ConfigError);
    expect(() => createSites({ ...options, accessCode: "12345678" }, () => 8000)).not.toThrow(ConfigError);
  });
  test.each([["127.0.0.1"], ["::1"], ["localhost"]])("%s is this machine alone", (host) => {
    expect(createSites({ ...local, host }, () => 8000).all()).toHaveLength(3);
  });
});
