import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { picturesIn } from "../../../orchestrator/engines/sent-pictures.ts";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const picture = fc.uint8Array({ minLength: 1, maxLength: 4000 });
const large = fc.uint8Array({ minLength: 800, maxLength: 4000 });
const dataUrl = (bytes: Uint8Array, type = "image/jpeg"): string =>
  `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;

test("every data URL is found, of whatever size and wherever it stands, and words are none", () => {
  fc.assert(
    fc.property(fc.array(picture), fc.string(), (pictures, words) => {
      const parts = pictures.map((bytes) => ({ type: "image_url", image_url: { url: dataUrl(bytes) } }));
      const body = JSON.stringify({ messages: [{ content: [{ text: words }, ...parts, { text: words }] }] });
      expect(picturesIn(body)).toEqual(pictures.map(hashOf));
    }),
  );
});

test("bare base64 in a member that no API of ours knows is found too", () => {
  fc.assert(
    fc.property(large, fc.boolean(), (bytes, url) => {
      const bare = Buffer.from(bytes).toString(url ? "base64url" : "base64");
      expect(picturesIn(JSON.stringify({ input: [{ image: bare }] }))).toEqual([hashOf(bytes)]);
    }),
  );
});

test("a picture of another type counts as one", () => {
  const bytes = Buffer.from("<svg/>");
  expect(picturesIn(JSON.stringify([dataUrl(bytes, "image/svg+xml")]))).toEqual([hashOf(bytes)]);
});

test("long words, addresses and hashes are no pictures", () => {
  const body = JSON.stringify({
    text: `https://example.org/${"a".repeat(900)} ${"0123456789abcdef".repeat(4)}`,
  });
  expect(picturesIn(body)).toEqual([]);
});
