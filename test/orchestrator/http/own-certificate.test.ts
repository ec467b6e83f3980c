import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { CODE, startGateway } from "./gateway-fixture.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const HOSTS = ["192.168.1.5", "localhost"];

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "sightline-certificate-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, "data");
}
afterEach(() => vi.useRealTimers());

describe("a certificate of our own", () => {
  test("covers its hosts, for 397 days, and may sign nothing", async () => {
    const { cert } = await createOwnCertificate(HOSTS, folder());
    const certificate = new X509Certificate(cert);
    expect(certificate.checkIP("192.168.1.5")).toBe("192.168.1.5");
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkHost("example.org")).toBeUndefined();
    expect(certificate.ca).toBe(false);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS;
    expect(Math.round(days)).toBe(397);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
  });

  test("is kept, for its owner alone", async () => {
    const dir = folder();
    const made = await createOwnCertificate(HOSTS, dir);
    expect(await createOwnCertificate(["localhost"], dir)).toEqual(made);
    expect(readdirSync(dir)).toEqual(["certificate.pem"]);
    expect(statSync(join(dir, "certificate.pem")).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test("is made anew for another host, before it expires, and when the file is broken", async () => {
    const dir = folder();
    const made = await createOwnCertificate(HOSTS, dir);
    const other = await createOwnCertificate([...HOSTS, "192.168.1.6"], dir);
    expect(other.cert).not.toBe(made.cert);
    vi.useFakeTimers({ now: Date.now() + 368 * DAY_MS, toFake: ["Date"] });
    const renewed = await createOwnCertificate(HOSTS, dir);
    expect(renewed.cert).not.toBe(other.cert);
    vi.useRealTimers();
    writeFileSync(join(dir, "certificate.pem"), "broken");
    expect((await createOwnCertificate(HOSTS, dir)).cert).toContain("BEGIN CERTIFICATE");
  });

  test("serves the page over HTTPS", async () => {
    const tls = await createOwnCertificate(["127.0.0.1"], folder());
    const gateway = await startGateway({ tls, accessCode: CODE });
    const answer = await gateway.post("/api/v1/livekit/token", { access_code: CODE });
    expect(answer.json["server_url"]).toBe(gateway.url.replace("https", "wss"));
    expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^__Host-sightline=.*; Secure$/);
  });
});
