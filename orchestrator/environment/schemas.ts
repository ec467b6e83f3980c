import { z } from "zod";

// Forms of a variable that several variables share.

export const text = z.string().min(1);
export const name = { schema: text.optional(), expected: "a name" } as const;
export const folder = { schema: text.optional(), expected: "a folder" } as const;

/** A user, a password or a query could hold a secret, and addresses are shown. */
function urlOf(...protocols: readonly string[]) {
  return text
    .refine((value) => {
      const url = URL.canParse(value) ? new URL(value) : undefined;
      if (!url || !protocols.includes(url.protocol)) return false;
      return url.username + url.password + url.search + url.hash === "";
    })
    .transform((value) => value.replace(/\/+$/, ""));
}

export const plainUrl = urlOf("http:", "https:");
export const address = {
  schema: plainUrl.optional(),
  expected: "an http or https address without user, password or query",
} as const;
/** Of a socket, `ws` or `wss` from here on: http and https mean the same server. */
export const socketAddress = {
  schema: urlOf("ws:", "wss:", "http:", "https:")
    .transform((value) =>
      value.replace(/^(?:http|ws)(s?):/i, (_, secure: string) => `ws${secure.toLowerCase()}:`),
    )
    .optional(),
  expected: "a ws, wss, http or https address without user, password or query",
} as const;
export const engineAddress = {
  schema: plainUrl.refine((value) => value.endsWith("/v1")).optional(),
  expected: "an http or https base URL that ends in /v1, without user, password or query",
} as const;

/** As OpenTelemetry has them: `name=value` with commas between, values percent-encoded. */
export const headers = {
  schema: text
    .transform((value) => value.split(",").map((item) => /^\s*([\w-]+)=([\x21-\x7e]*)\s*$/.exec(item)))
    .refine((items) => items.every((item) => item !== null && isEncoded(item[2] ?? "")))
    .transform((items) =>
      Object.fromEntries(items.map((item) => [item?.[1] ?? "", decodeURIComponent(item?.[2] ?? "")])),
    )
    .optional(),
  expected: "name=value, with commas between, values percent-encoded",
  secret: true,
} as const;

function isEncoded(value: string): boolean {
  try {
    return decodeURIComponent(value) !== "";
  } catch {
    return false;
  }
}

/** Goes into a header, where a blank or a line break would be a fault of its own. */
export const key = {
  schema: text.regex(/^[\x21-\x7e]+$/).optional(),
  expected: "printable ASCII characters without blanks",
  secret: true,
} as const;

export function decimal(form: RegExp, least: number, most: number) {
  return text.regex(form).transform(Number).pipe(z.number().min(least).max(most));
}

/** Names with commas between, each at most once, in the order given. */
export function listOf<const Names extends readonly [string, ...string[]]>(...names: Names) {
  const list = z.array(z.enum(names)).refine((items) => new Set(items).size === items.length);
  return {
    schema: text
      .transform((value) => value.split(",").map((item) => item.trim()))
      .pipe(list)
      .optional(),
    expected: `some of ${names.join(", ")}, with commas between`,
  };
}

export function wholeNumber(fallback: number, least: number, most: number) {
  return {
    schema: decimal(/^\d+$/, least, most).default(fallback),
    expected: `a whole number from ${least} to ${most}`,
    example: String(fallback),
  };
}

export function milliseconds(fallback: number) {
  const limit = wholeNumber(fallback, 1, 600_000);
  return { ...limit, expected: `${limit.expected}, in milliseconds` };
}

export function oneOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  return { schema: z.enum(values).optional(), expected: `one of ${values.join(", ")}` };
}

/** The first value is the default. */
export function firstOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  return { ...oneOf(...values), schema: z.enum(values).default(() => values[0]), example: values[0] };
}
