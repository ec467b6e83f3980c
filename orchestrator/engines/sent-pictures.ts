import { createHash } from "node:crypto";

/** A data URL, or so much base64 on end that it can be no words: whatever member of the body it stands in. */
const PICTURE = /data:[^;,"]*;base64,([\w+/=-]*)|[\w+/-]{1024,}={0,2}/gu;

/** The sha256 (hex) of each picture in a body as it goes out: read from the text itself, whoever made it. */
export function picturesIn(body: string): readonly string[] {
  return Array.from(body.matchAll(PICTURE), ([all, payload = all]) =>
    createHash("sha256").update(Buffer.from(payload, "base64")).digest("hex"),
  );
}
