import { vi } from "vitest";
import { type Guest, joinAsGuest } from "../livekit/guest.ts";
import type { Stack } from "./stack.ts";

const EVENTS = "sightline.event";
const REQUESTS = "sightline.request";
const ANSWERED_MS = 30_000;

/** A caller who is in a call with the stack's agent, and has had one answer to a typed question. */
export async function callWithOneAnswer({ access }: Stack): Promise<Guest> {
  const caller = { room: "metrics", identity: "anna", agentName: "sightline", microphone: false };
  const guest = await joinAsGuest(access, caller);
  await heard(guest, "speech");
  await guest.send(REQUESTS, { type: "ask", text: "What is two and two?" });
  await heard(guest, "answer-end");
  return guest;
}

async function heard({ data }: Guest, type: string): Promise<void> {
  await vi.waitFor(
    () => {
      const events = data
        .filter(({ topic }) => topic === EVENTS)
        .map(({ text }) => JSON.parse(text) as { type: string });
      if (!events.some((event) => event.type === type)) throw new Error(`no event ${type} came`);
    },
    { timeout: ANSWERED_MS, interval: 50 },
  );
}
