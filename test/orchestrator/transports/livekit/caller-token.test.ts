import { TokenVerifier } from "livekit-server-sdk";
import { describe, expect, test } from "vitest";
import { createCallerTokens } from "../../../../orchestrator/transports/livekit/caller-token.ts";

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
