import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  CONSTANT,
  chat,
  type Check,
  fullBlocks,
  type Message,
  picture,
  system,
  text,
  user,
} from "./contract-vllm-target.ts";
import { jpegUrl, usageOf } from "./contract-vllm-wire.ts";

/** Prefix and picture caches. */
export const cache: readonly Check[] = [
  {
    name: "hits are whole blocks, at most prompt - 1; another salt hits nothing",
    async run(target) {
      const salt = randomUUID();
      const messages = [system, user("What is in front of me?")];
      const first = usageOf(await chat(target, messages, { cache_salt: salt }));
      assert.equal(first.cached, 0);
      const second = usageOf(await chat(target, messages, { cache_salt: salt }));
      assert.equal(second.cached, fullBlocks(target, second.prompt - 1));
      assert.equal(usageOf(await chat(target, messages, { cache_salt: randomUUID() })).cached, 0);
    },
  },
  {
    name: "prefill-ahead: the question hits everything up to its own block; no generation prompt, the same",
    async run(target) {
      const url = await jpegUrl(644, 476, { r: 10, g: 120, b: 30 });
      for (const generation of [true, false]) {
        const cache_salt = randomUUID();
        const open = [picture(url), text(CONSTANT)];
        const more = { cache_salt, add_generation_prompt: generation };
        const ahead = usageOf(await chat(target, [system, user(open)], more));
        assert.equal(ahead.image, 391);
        const asked = [system, user([...open, text("Is the door to my left open?")])];
        const question = usageOf(await chat(target, asked, { cache_salt }));
        // what the prefill ends with is not part of the question: a role, an end mark, line breaks
        assert(
          question.cached >= fullBlocks(target, ahead.prompt - 8),
          `${question.cached} of ${ahead.prompt}`,
        );
        assert(question.cached < question.prompt);
      }
    },
  },
  {
    name: "a growing conversation hits all of what was computed before",
    async run(target) {
      const cache_salt = randomUUID();
      const messages: Message[] = [system];
      let before = 0;
      for (const r of [10, 90, 170]) {
        messages.push(
          user([picture(await jpegUrl(448, 448, { r, g: 50, b: 50 })), text(`${CONSTANT}And now?`)]),
        );
        const answer = await chat(target, messages, { cache_salt });
        const usage = usageOf(answer);
        assert(usage.cached >= fullBlocks(target, Math.max(0, before - 8)), `${usage.cached} of ${before}`);
        assert.equal(usage.cached % target.blockSize, 0);
        before = usage.prompt;
        messages.push({ role: "assistant", content: "A wall." });
      }
    },
  },
  {
    name: "a re-encoded picture, or text before it, hits nothing from there on",
    async run(target) {
      const cache_salt = randomUUID();
      const colour = { r: 200, g: 30, b: 90 };
      const after = text(`${CONSTANT}What is it?`);
      const say = (parts: readonly object[]) =>
        chat(target, [system, user([...parts, after])], { cache_salt });
      const url = await jpegUrl(644, 476, colour, 80);
      const first = usageOf(await say([picture(url)]));
      const again = usageOf(await say([picture(url)]));
      assert.equal(again.cached, fullBlocks(target, again.prompt - 1));
      const beforePicture = first.prompt - first.image;
      const recoded = usageOf(await say([picture(await jpegUrl(644, 476, colour, 60))]));
      assert(recoded.cached <= fullBlocks(target, beforePicture), `${recoded.cached} re-encoded`);
      const shifted = usageOf(await say([text("Look here: "), picture(url)]));
      assert(shifted.cached <= fullBlocks(target, beforePicture), `${shifted.cached} shifted`);
    },
  },
  {
    name: "a known uuid stands for its picture: null, an empty URL, even other bytes",
    async run(target) {
      const uuid = randomUUID();
      const cache_salt = randomUUID();
      const say = (part: object) =>
        chat(target, [system, user([part, text(`${CONSTANT}What is it?`)])], { cache_salt });
      const first = usageOf(await say(picture(await jpegUrl(644, 476), uuid)));
      assert.equal(first.image, 391);
      const other = picture(await jpegUrl(448, 448, { r: 0, g: 0, b: 250 }), uuid);
      for (const part of [picture(null, uuid), picture("", uuid), other]) {
        const again = usageOf(await say(part));
        assert.equal(again.prompt, first.prompt);
        assert.equal(again.cached, fullBlocks(target, first.prompt - 1));
      }
    },
  },
  {
    name: "picture tokens follow smart_resize",
    async run(target) {
      for (const [width, height, tokens] of [
        [448, 448, 256],
        [640, 480, 391],
        [1024, 768, 768],
        [1280, 720, 720],
      ] as const) {
        const answer = await chat(target, [user([picture(await jpegUrl(width, height))])]);
        assert.equal(usageOf(answer).image, tokens, `${width}×${height}`);
      }
    },
  },
];
