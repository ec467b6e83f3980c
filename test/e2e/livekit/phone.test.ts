import { SipClient } from "livekit-server-sdk";
import { DisconnectReason, RoomEvent } from "@livekit/rtc-node";
import { expect, test, vi } from "vitest";
import { apiUrl } from "../../../orchestrator/transports/livekit/tokens.ts";
import { joinAsGuest } from "./guest.ts";
import { AGENT, withStage } from "./stage.ts";

const { stage, staged } = withStage();

test("who phones is served, and their line is closed when they have said goodbye", async () => {
  const guest = await joinAsGuest(stage().access, {
    room: "call-_+493012345678_x7",
    identity: "sip_+493012345678",
    agentName: AGENT,
    phone: true,
  });
  const gone = new Promise<DisconnectReason>((resolve) => guest.room.once(RoomEvent.Disconnected, resolve));
  const call = await staged().calls.of("sip_+493012345678");
  await guest.talk(300);
  await vi.waitFor(() => expect(call.heardMs()).toBeGreaterThan(200), 3000);
  await call.play(300);
  await vi.waitFor(() => expect(guest.loudness.some(({ level }) => level > 0.1)).toBe(true), 3000);
  // Said by voice: a phone sends no data.
  await call.end("hung-up");
  expect(await gone).toBe(DisconnectReason.PARTICIPANT_REMOVED);
  await vi.waitFor(async () => {
    const { dispatches } = await stage().service.look("call-_+493012345678_x7", AGENT);
    expect(dispatches).toEqual([]);
  }, 3000);
  await guest.leave();
});

test("a phone line that is cut ends the call", async () => {
  const guest = await joinAsGuest(stage().access, {
    room: "call-2",
    identity: "sip_2",
    agentName: AGENT,
    phone: true,
  });
  const call = await staged().calls.of("sip_2");
  await guest.leave();
  expect(await call.ended).toBe("left");
});

test("a dispatch rule by SIP asks for the agent in its room configuration; the server takes it with a SIP service only", async () => {
  const { url, apiKey, apiSecret } = stage().access;
  const sip = new SipClient(apiUrl(url), apiKey, apiSecret);
  await expect(
    sip.createSipDispatchRule({ type: "individual", roomPrefix: "call-" }, { name: "sightline" }),
  ).rejects.toThrow(/sip not connected/i);
});
