import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ListParticipantsResponse, ParticipantInfo, ParticipantInfo_Kind } from "@livekit/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRoomLookup } from "../../../../orchestrator/transports/livekit/room-lookup.ts";

const access = { apiKey: "devkey", apiSecret: "0123456789012345678901234567890123456789" };

describe("whether a caller is in a call", () => {
  const agentNamed = (name: string): ParticipantInfo =>
    new ParticipantInfo({
      identity: "agent-1",
      kind: ParticipantInfo_Kind.AGENT,
      attributes: { "lk.agent.name": name },
    });
  const agent = agentNamed("sightline");
  const caller = new ParticipantInfo({ identity: "caller-1", kind: ParticipantInfo_Kind.STANDARD });

  /** A room service that knows these participants. */
  async function lookupOf(participants: readonly ParticipantInfo[], status = 200) {
    const server = createServer((_request, response) => {
      const body = new ListParticipantsResponse({ participants: [...participants] }).toJsonString();
      response.writeHead(status, { "content-type": "application/json" }).end(status === 200 ? body : "{}");
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return createRoomLookup({ ...access, url }, "sightline");
  }

  test.each([
    ["with our agent", [agent, caller], true],
    ["with somebody else's agent", [agentNamed("another"), caller], false],
    ["alone", [caller], false],
    ["who has left the agent alone", [agent], false],
    ["in an empty room", [], false],
  ])("%s", async (_, participants, expected) => {
    const isInCall = await lookupOf(participants);
    expect(await isInCall("room-1", "caller-1")).toBe(expected);
  });

  test("is taken for no when the server does not know or is not there", async () => {
    expect(await (await lookupOf([agent, caller], 404))("room-1", "caller-1")).toBe(false);
    const gone = createRoomLookup({ ...access, url: "ws://127.0.0.1:1" }, "sightline");
    expect(await gone("room-1", "caller-1")).toBe(false);
  });
});
