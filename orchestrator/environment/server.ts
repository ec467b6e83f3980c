import { z } from "zod";
import type { Variable } from "../environment.ts";
import { databaseUrl } from "./database-url.ts";
import { decimal, folder, text, wholeNumber } from "./schemas.ts";

/** Variables of what is served: the page, its API and its certificate, and what is kept of callers. */
export const serverVariables = {
  HOST: {
    doc: "Address that the page and its API are bound to. Anything but loopback needs ACCESS_CODE.",
    schema: text.default("127.0.0.1"),
    expected: "an address",
    example: "127.0.0.1",
  },
  PORT: { doc: "Port of the page and its API.", ...wholeNumber(8000, 0, 65_535) },
  PUBLIC_ORIGINS: {
    doc: "Origins at which the page is reached, with commas between. Unset: loopback at PORT.",
    schema: text
      .transform((value) => value.split(",").map((origin) => origin.trim()))
      .pipe(z.array(z.url().regex(/^https?:\/\/[^/]+$/)))
      .optional(),
    expected: "origins such as https://calls.example.org, with commas between",
    example: "https://calls.example.org",
  },
  ACCESS_CODE: {
    doc: "Code that a caller must enter on the page, at least 8 characters.",
    schema: text.min(8).optional(),
    expected: "at least 8 characters",
    secret: true,
    example: "",
  },
  TRUSTED_PROXIES: {
    doc: "Addresses or ranges of reverse proxies whose X-Forwarded-For counts, with commas between. Unset: none.",
    schema: text
      .transform((value) => value.split(",").map((address) => address.trim()))
      .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])))
      .default([]),
    expected: "IP addresses or ranges such as 10.0.0.0/8, with commas between",
    example: "10.0.0.1",
  },
  METRICS_TOKEN: {
    doc: "Bearer token for /metrics. Unset: the metrics are for this machine alone.",
    schema: text.min(16).optional(),
    expected: "at least 16 characters",
    secret: true,
    example: "",
  },
  GATEWAY_METRICS_PORT: {
    doc: "Port of the gateway's /metrics, /livez and /readyz, on HOST and without TLS, that stays while it drains. 0: any free one, of loopback. Unset: they are at PORT alone, which it leaves at once.",
    schema: decimal(/^\d+$/, 0, 65_535).optional(),
    expected: "a whole number from 0 to 65535",
    example: "8012",
  },
  TLS_CERT_FILE: {
    doc: "Certificate for HTTPS, PEM. Together with TLS_KEY_FILE.",
    schema: text.optional(),
    expected: "a file",
    example: "cert.pem",
  },
  TLS_KEY_FILE: {
    doc: "Its private key, PEM.",
    schema: text.optional(),
    expected: "a file",
    example: "key.pem",
  },
  GATEWAY_DRAIN_MS: {
    doc: "How long answers and the signalling of calls go on after SIGTERM; then callers are told to come back. A second SIGTERM ends them at once.",
    ...wholeNumber(600_000, 0, 86_400_000),
    expected: "a whole number from 0 to 86400000, in milliseconds",
  },
  DATA_DIR: {
    doc: "Folder of the privacy ledger and the running calls. Unset: .data in the project.",
    ...folder,
    example: ".data",
  },
  DATABASE_URL: {
    doc: "PostgreSQL for ledger and running calls, for agents on several machines: postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full. Unset: SQLite in DATA_DIR.",
    ...databaseUrl,
    example: "",
  },
  LEDGER_RETENTION_DAYS: { doc: "Days that a ledger entry is kept.", ...wholeNumber(30, 1, 3650) },
} as const satisfies Record<string, Variable>;
