import { createHash } from "node:crypto";
import type { Jpeg } from "../turn/turn.ts";
import type { PurposeKeys } from "./crypto.ts";
import type { VllmFields } from "./request-body.ts";

/** vLLM's own fields of one request, and what they have to remember. */
export interface VllmRequest extends VllmFields {
  /** Names the conversation to a router, which keeps it with the one server that holds its caches. */
  readonly sessionId: string;
  /** True once a picture was named by its id alone. */
  usedIds(): boolean;
  /** To be called when the server has answered: it then holds the request's pictures. */
  accepted(): void;
}

/** Which pictures a vLLM has taken in, per conversation, so that they need not be sent again. */
export interface VllmMemory {
  request(conversationId: string, options: { readonly withBytes: boolean }): VllmRequest;
  forget(conversationId: string): void;
  /** The server does not take ids without bytes: from now on every picture goes as bytes. */
  stopUsingIds(): void;
}

/** Far above the calls of one process; the conversation that was idle longest is forgotten first. */
const MAX_CONVERSATIONS = 1024;
/** Far above the pictures of one prompt; the one that was sent first is forgotten first. */
const MAX_PICTURES = 256;

/** Creates an empty memory. */
export function createVllmMemory(keys: PurposeKeys, maxConversations = MAX_CONVERSATIONS): VllmMemory {
  const held = new Map<string, Set<string>>();
  let usesIds = true;

  return {
    request(conversationId, { withBytes }) {
      const isHeld = (id: string): boolean => held.get(conversationId)?.has(id) ?? false;
      const sent = new Set<string>();
      let usedIds = false;
      const pictureId = (jpeg: Jpeg): string => {
        const id = keys.pictureId(conversationId, sha256Of(jpeg));
        sent.add(id);
        return id;
      };
      return {
        cacheSalt: keys.cacheSalt(conversationId),
        sessionId: keys.sessionId(conversationId),
        pictureId,
        isHeld(jpeg) {
          const byId = usesIds && !withBytes && isHeld(pictureId(jpeg));
          usedIds ||= byId;
          return byId;
        },
        usedIds: () => usedIds,
        accepted() {
          const all = held.get(conversationId) ?? new Set();
          for (const id of sent) keepLast(all, id, MAX_PICTURES);
          held.delete(conversationId);
          held.set(conversationId, all);
          const [oldest] = held.keys();
          if (held.size > maxConversations && oldest !== undefined) held.delete(oldest);
        },
      };
    },
    forget: (conversationId) => {
      held.delete(conversationId);
    },
    stopUsingIds: () => {
      usesIds = false;
    },
  };
}

function keepLast(ids: Set<string>, id: string, most: number): void {
  ids.delete(id);
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > most && oldest !== undefined) ids.delete(oldest);
}

const hashes = new WeakMap<Jpeg, string>();

/** Of the bytes themselves: under a wrong id a vLLM silently answers for another picture (measured). */
function sha256Of(jpeg: Jpeg): string {
  let hash = hashes.get(jpeg);
  if (hash === undefined) {
    hash = createHash("sha256").update(jpeg.bytes).digest("hex");
    hashes.set(jpeg, hash);
  }
  return hash;
}
