import { X509Certificate } from "node:crypto";
import { isOwnNetwork } from "../lib/own-network.ts";

/** Of docker-compose.gpu.yml. */
export const PROFILES = ["speech", "observability", "turn"] as const;

/** Those of whoever names none. */
export const DEFAULT_PROFILES: readonly string[] = ["observability"];

/** In place of their names: none of them. */
export const NO_PROFILES = "none";

export interface ProfileNeeds {
  readonly profiles: readonly string[];
  /** What the operator has set. */
  readonly operator: Readonly<Record<string, string | undefined>>;
  /** The operator's own, PEM; undefined: there is none that can be read. */
  readonly certificate: string | undefined;
  /** This machine's address in its network; undefined: it has none but loopback. */
  readonly lan: string | undefined;
}

/** What is in the way of the profiles that are asked for, a sentence each. */
export function profileFaults(needs: ProfileNeeds): readonly string[] {
  const known: readonly string[] = PROFILES;
  return [
    ...needs.profiles
      .filter((name) => !known.includes(name))
      .map(
        (name) =>
          `no profile ${JSON.stringify(name)}; expected of PROFILES: ${known.join(", ")}, or ${NO_PROFILES}`,
      ),
    ...(needs.profiles.includes("speech") ? speechFaults(needs) : []),
    ...(needs.profiles.includes("turn") ? turnFaults(needs) : []),
  ];
}

function speechFaults({ operator }: ProfileNeeds): readonly string[] {
  const device = operator["SPEECH_DEVICE"] || "gpu";
  return device === "gpu" || device === "cpu"
    ? []
    : [`profile speech: SPEECH_DEVICE is ${JSON.stringify(device)}; expected gpu or cpu`];
}

function turnFaults({ operator, certificate, lan }: ProfileNeeds): readonly string[] {
  const domain = operator["TURN_DOMAIN"] ?? "";
  const isName = /^([a-z\d-]+\.)+[a-z][a-z\d-]*$/i.test(domain);
  const pages = toUrls(operator["PUBLIC_ORIGINS"] ?? "");
  const address = operator["NODE_IP"] || lan;
  const checks: readonly (readonly [isWrong: boolean, wrong: string, expected: string])[] = [
    [
      !isName,
      `TURN_DOMAIN is ${domain === "" ? "not set" : JSON.stringify(domain)}`,
      "a name that leads to this machine, such as turn.example.org",
    ],
    [
      certificate === undefined,
      "TLS_CERT_FILE and TLS_KEY_FILE name no certificate that can be read",
      "one that browsers trust, for TURN's name and the page's",
    ],
    [
      isName && certificate !== undefined && !isFor(certificate, domain),
      `the certificate in TLS_CERT_FILE is not for ${domain}`,
      "one for TURN's name and the page's",
    ],
    [
      !pages.some(({ protocol, port }) => protocol === "https:" && port === ""),
      "PUBLIC_ORIGINS names no page at port 443",
      "its address there, such as https://calls.example.org",
    ],
    [
      pages.some(({ hostname }) => hostname === domain.toLowerCase()),
      `PUBLIC_ORIGINS and TURN_DOMAIN both name ${domain}`,
      "a name of its own for each",
    ],
    [
      address === undefined || isOwnNetwork(address),
      `NODE_IP is ${address ?? "not set"}, and nothing is relayed into private networks`,
      "the public address of this machine",
    ],
  ];
  return checks.flatMap(([isWrong, wrong, expected]) =>
    isWrong ? [`profile turn: ${wrong}; expected ${expected}`] : [],
  );
}

function toUrls(list: string): readonly URL[] {
  return list.split(",").flatMap((text) => URL.parse(text.trim()) ?? []);
}

function isFor(certificate: string, name: string): boolean {
  try {
    return new X509Certificate(certificate).checkHost(name) !== undefined;
  } catch {
    return false;
  }
}
