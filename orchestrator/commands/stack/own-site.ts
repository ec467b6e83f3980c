import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createOwnCertificate, OWN_CERTIFICATE_FILE } from "../../http/own-certificate.ts";

export interface OwnSiteOptions {
  /** This machine's address in the local network; undefined: loopback alone. */
  readonly lan: string | undefined;
  readonly port: number;
  /** Where the certificate is kept. */
  readonly dataDir: string;
}

/** The page over HTTPS with a certificate of our own making. */
export interface OwnSite {
  /** Without a slash at the end. */
  readonly address: string;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  /** PEM file with certificate and key. */
  readonly certificateFile: string;
  /** What the gateway is told of it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes the certificate, or takes the one that is kept. @throws what the file system throws */
export async function ownSite({ lan, port, dataDir }: OwnSiteOptions): Promise<OwnSite> {
  const hosts = [...(lan === undefined ? [] : [lan]), "localhost", "127.0.0.1"];
  const { cert } = await createOwnCertificate(hosts, dataDir);
  const certificateFile = join(dataDir, OWN_CERTIFICATE_FILE);
  const origins = hosts.map((host) => `https://${host}:${port}`);
  return {
    address: origins[0] ?? "",
    fingerprint: new X509Certificate(cert).fingerprint256,
    certificateFile,
    environment: {
      HOST: lan === undefined ? "127.0.0.1" : "0.0.0.0",
      PUBLIC_ORIGINS: origins.join(","),
      TLS_CERT_FILE: certificateFile,
      TLS_KEY_FILE: certificateFile,
    },
  };
}
