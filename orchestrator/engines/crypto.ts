import { createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Names that only this server can derive. */
export interface PurposeKeys {
  /** The prefix-cache salt of a conversation: 256 bits as 43 base64url characters. */
  cacheSalt(conversationId: string): string;
  /** The name of a conversation for a router: 128 bits as 22 base64url characters. */
  sessionId(conversationId: string): string;
  /**
   * The id of a picture in a conversation: 43 base64url characters. It differs between conversations,
   * because a vLLM answers for whatever picture was stored under an id, whoever presents it.
   *
   * @param sha256 lower-case hex sha256 of the encoded bytes.
   */
  pictureId(conversationId: string, sha256: string): string;
}

/** Derives one key per purpose (HKDF-SHA256, RFC 5869); without a secret, from one random for the process. */
export function createPurposeKeys(secret: string | undefined): PurposeKeys {
  const root = secret ?? randomBytes(32);
  const saltKey = purposeKey(root, "sightline cache salt 1");
  const sessionKey = purposeKey(root, "sightline session id 1");
  const pictureKey = purposeKey(root, "sightline picture id 1");
  return {
    cacheSalt: (conversationId) => hmac(saltKey, conversationId).toString("base64url"),
    sessionId: (conversationId) => hmac(sessionKey, conversationId).subarray(0, 16).toString("base64url"),
    pictureId: (conversationId, sha256) =>
      hmac(hmac(pictureKey, conversationId), sha256).toString("base64url"),
  };
}

function purposeKey(root: string | Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", root, "", label, 32));
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
