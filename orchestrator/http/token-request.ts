import { z } from "zod";
import { Problem } from "./problem.ts";

const text = (most: number) =>
  z
    .string()
    .max(most)
    .nullish()
    .transform((value) => value || undefined);

const body = z.object({
  room_name: text(256),
  participant_identity: text(256),
  participant_name: text(128).transform((name) => name?.replace(/\p{C}/gu, "").trim() || undefined),
  participant_metadata: text(4096),
  participant_attributes: z.record(z.string().max(256), z.string().max(4096)).nullish(),
  room_config: z.record(z.string(), z.unknown()).nullish(),
  access_code: text(256),
});

/**
 * What a caller asks of LiveKit's token endpoint. Metadata and attributes are accepted, as LiveKit's
 * clients send them, and not used: the agent goes by none.
 */
export interface TokenRequest {
  readonly room: string | undefined;
  readonly identity: string | undefined;
  /** Without control characters. */
  readonly name: string | undefined;
  readonly roomConfig: Readonly<Record<string, unknown>> | undefined;
  readonly accessCode: string | undefined;
}

/** @throws {Problem} `bad-request` */
export function readTokenRequest(value: unknown): TokenRequest {
  const parsed = body.safeParse(value ?? {});
  if (!parsed.success) throw new Problem("bad-request");
  const { data } = parsed;
  return {
    room: data.room_name,
    identity: data.participant_identity,
    name: data.participant_name,
    roomConfig: data.room_config ?? undefined,
    accessCode: data.access_code,
  };
}

/** Whether a room configuration, in either of protobuf's JSON spellings, asks for our agent and nothing else. */
export function isOwnConfig(config: Readonly<Record<string, unknown>>, agentName: string): boolean {
  return Object.entries(config).every(
    ([key, value]) =>
      isUnset(value) ||
      (key === "agents" && Array.isArray(value) && value.length === 1 && isOwnAgent(value[0], agentName)),
  );
}

function isOwnAgent(dispatch: unknown, agentName: string): boolean {
  if (typeof dispatch !== "object" || dispatch === null) return false;
  const { agent_name: snake, agentName: camel, ...rest } = dispatch as Record<string, unknown>;
  return (snake ?? camel) === agentName && Object.values(rest).every(isUnset);
}

function isUnset(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return !value;
}
