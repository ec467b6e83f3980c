import { DisconnectReason, ParticipantKind, type RemoteParticipant } from "@livekit/rtc-node";
import type { CallEnd } from "../../session/call-events.ts";
import { AGENT_NAME_ATTRIBUTE } from "./tokens.ts";

/** Somebody who can be served: a person at a device or on a phone line. */
export function isPerson({ kind }: Pick<RemoteParticipant, "kind">): boolean {
  return kind === ParticipantKind.STANDARD || kind === ParticipantKind.SIP;
}

/** Another agent of our name. */
export function isAgentNamed(
  name: string,
  { kind, attributes }: Pick<RemoteParticipant, "kind" | "attributes">,
): boolean {
  return kind === ParticipantKind.AGENT && attributes[AGENT_NAME_ATTRIBUTE] === name;
}

/** Why a caller who went will not come back; undefined: they may, so they are waited for. */
export function whyGone(reason: DisconnectReason | undefined): CallEnd | undefined {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
    case DisconnectReason.USER_REJECTED:
      return "left";
    case DisconnectReason.PARTICIPANT_REMOVED:
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "removed";
    // The server has waited for them already, about 20 s.
    case DisconnectReason.CONNECTION_TIMEOUT:
      return "lost";
    default:
      return undefined;
  }
}
