import type { Seen } from "./look.ts";
import { type NoticeKey, noticesIn } from "./notices.ts";
import type { Ports } from "./ports.ts";
import type { FrameNeed, Route, Turn } from "./turn.ts";

/** Without a picture there is nobody else to ask: a refusal that is a whole sentence is spoken. */
export function spokenRefusal(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? "";
  return /[.!?]["')\]]?$/.test(trimmed) ? trimmed : undefined;
}

/** The fixed sentence that is left when nobody answers. */
export function noticeFor(
  route: Route,
  turn: Turn,
  need: FrameNeed,
  seen: Seen | undefined,
  ports: Ports,
): string {
  const notices = noticesIn(turn.settings.language);
  const hint = seen?.frame.quality.hint;
  if (route.reason === "nothing-to-see" && hint) return notices[hint];
  if (route.reason === "no-frame-available") return notices[whatIsMissing(turn, need)];
  const describerOnly = !ports.local && !ports.cloud && turn.settings.camera !== false;
  return notices[describerOnly && !need.value ? "no-model" : "cannot-answer"];
}

function whatIsMissing({ settings }: Turn, need: FrameNeed): NoticeKey {
  if (settings.photosOnly) return "no-photo";
  return need.screen ? "screen-off" : "camera-off";
}
