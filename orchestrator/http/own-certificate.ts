import { X509Certificate } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { TlsFiles } from "./server.ts";

/** Browsers refuse certificates that are valid for longer (Apple: 825 days for own ones, 398 for others). */
const VALID_DAYS = 397;
const RENEWED_BEFORE_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Certificate and key in one file of the folder, so that they always belong together. */
export const OWN_CERTIFICATE_FILE = "certificate.pem";

/**
 * A certificate of our own making, for a phone on the same network: kept in the folder, readable for
 * its owner alone, and made anew when the hosts change or it is about to expire.
 *
 * @param hosts names and addresses at which the page is reached, at least one
 * @throws what the file system throws.
 */
export async function createOwnCertificate(hosts: readonly string[], dir: string): Promise<TlsFiles> {
  const path = join(dir, OWN_CERTIFICATE_FILE);
  const kept = readKept(path);
  if (kept && isGood(kept.cert, hosts, Date.now())) return kept;
  const made = await make(hosts);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${made.cert}\n${made.key}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  return made;
}

function readKept(path: string): TlsFiles | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const cert = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0];
    const key = /-----BEGIN (?:EC )?PRIVATE KEY-----[^-]+-----END (?:EC )?PRIVATE KEY-----/.exec(text)?.[0];
    return cert && key ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

function isGood(cert: string, hosts: readonly string[], nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const covers = hosts.every((host) =>
      isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host),
    );
    return covers && Date.parse(certificate.validTo) - nowMs > RENEWED_BEFORE_DAYS * DAY_MS;
  } catch {
    return false;
  }
}

async function make(hosts: readonly string[]): Promise<TlsFiles> {
  const { generate } = await import("selfsigned");
  const notBeforeDate = new Date(Date.now() - DAY_MS);
  const { cert, private: key } = await generate([{ name: "commonName", value: "Sightline" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + VALID_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: hosts.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
      },
    ],
  });
  return { cert: cert.trim(), key: key.trim() };
}
