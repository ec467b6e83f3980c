import { setTimeout as wait } from "node:timers/promises";
import { RoomEvent } from "@livekit/rtc-node";
import { expect, test, vi } from "vitest";
import { joinAsGuest } from "./guest.ts";
import { AGENT, agentsIn, withStage } from "./stage.ts";

const { stage, staged } = withStage();

test("a server that crashes and is back after three seconds finds the same call going on, with one agent", async () => {
  const guest = await joinAsGuest(stage().access, { room: "restart", identity: "anna", agentName: AGENT });
  const call = await staged().calls.of("anna");
  await guest.talk(300);
  const back = new Promise<void>((resolve) => guest.room.once(RoomEvent.Reconnected, resolve));
  await stage().server.kill();
  await wait(3000);
  await stage().server.start();
  await back;
  await vi.waitFor(async () => {
    call.heard.splice(0);
    await guest.talk(300);
    expect(call.heard.filter(({ samples }) => Math.max(...samples) > 3000).length).toBeGreaterThan(10);
  }, 20_000);
  const heard = guest.loudness.length;
  await call.play(500);
  await vi.waitFor(
    () => expect(guest.loudness.slice(heard).filter(({ level }) => level > 0.1).length).toBeGreaterThan(30),
    5000,
  );
  call.options.onEvent({ type: "rate", rate: 1.3, by: "caller" });
  await expect.poll(() => guest.data.at(-1)?.text).toBe('{"type":"rate","rate":1.3,"by":"caller"}');
  await wait(6000);
  expect(await agentsIn(stage().rooms, "restart")).toBe(1);
  expect(staged().calls.all).toHaveLength(1);

  // The worker is registered again too.
  const other = await joinAsGuest(stage().access, { room: "next", identity: "ben", agentName: AGENT });
  await staged().calls.of("ben");
  await other.leave();
  await guest.leave();
  expect(await call.ended).toBe("left");
});
