import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ListParticipantsResponse, ParticipantInfo, ParticipantInfo_Kind } from "@livekit/protocol";
import { TokenVerifier } from "livekit-server-sdk";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createCallerTokens,
  createRoomLookup,
} from "../../../../orchestrator/transports/livekit/caller-token.ts";

const access = { apiKey: "devkey", apiSecret: "0123456789012345678901234567890123456789" };
const verifier = new TokenVerifier(access.apiKey, access.apiSecret);

describe("a caller's token", () => {
  test("grants one room, four things to publish at most, and our agent; nothing else", async () => {
    const issue = createCallerTokens(access, "sightline");
    const { token, expiresAtMs } = await issue({ identity: "caller-1", room: "room-1", name: "Ada" });
    const { exp, nbf, iss, sub, roomConfig, ...claims } = await verifier.verify(token);
    expect(claims).toEqual({
      name: "Ada",
      video: {
        room: "room-1",
        roomJoin: true,
        canPublish: true,
        canPublishSources: ["microphone", "camera", "screen_share"],
        canPublishData: true,
        canSubscribe: true,
        canUpdateOwnMetadata: false,
      },
    });
    expect([iss, sub]).toEqual(["devkey", "caller-1"]);
    expect((exp ?? 0) - (nbf ?? 0)).toBeLessThanOrEqual(600);
    expect(Math.abs((exp ?? 0) * 1000 - expiresAtMs)).toBeLessThan(2000);
    expect(roomConfig?.agents?.map((agent) => agent.agentName)).toEqual(["sightline"]);
    expect(roomConfig?.egress).toBeUndefined();
  });

  test("is signed with the server's secret", async () => {
    const issue = createCallerTokens({ ...access, apiSecret: "x".repeat(40) }, "sightline");
    const { token } = await issue({ identity: "caller-1", room: "room-1", name: undefined });
    await expect(verifier.verify(token)).rejects.toThrow("signature");
  });
});

describe("whether a caller is in a call", () => {
  const agent = new ParticipantInfo({ identity: "agent-1", kind: ParticipantInfo_Kind.AGENT });
  const caller = new ParticipantInfo({ identity: "caller-1", kind: ParticipantInfo_Kind.STANDARD });

  /** A room service that knows these participants. */
  async function lookupOf(participants: readonly ParticipantInfo[], status = 200) {
    const server = createServer((_request, response) => {
      const body = new ListParticipantsResponse({ participants: [...participants] }).toJsonString();
      response.writeHead(status, { "content-type": "application/json" }).end(status === 200 ? body : "{}");
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return createRoomLookup({ ...access, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` });
  }

  test.each([
    ["with an agent", [agent, caller], true],
    ["alone", [caller], false],
    ["who has left the agent alone", [agent], false],
    ["in an empty room", [], false],
  ])("%s", async (_, participants, expected) => {
    const isInCall = await lookupOf(participants);
    expect(await isInCall("room-1", "caller-1")).toBe(expected);
  });

  test("is taken for no when the server does not know or is not there", async () => {
    expect(await (await lookupOf([agent, caller], 404))("room-1", "caller-1")).toBe(false);
    const gone = createRoomLookup({ ...access, url: "ws://127.0.0.1:1" });
    expect(await gone("room-1", "caller-1")).toBe(false);
  });
});
