import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { violationsOf } from "./chromium.ts";
import { answering, closeAfterEach, noting, open } from "./opened.ts";

closeAfterEach();

describe("a typed question", () => {
  test("takes a photo along: shrunk, upright, without its metadata", async () => {
    const { asked, ask } = noting("A sign.");
    const { page } = await open({ ask });
    await page
      .getByLabel("Choose a photo")
      .setInputFiles({ name: "p.jpg", mimeType: "image/jpeg", buffer: await largePhoto() });
    await page.getByText("A picture is attached.").first().waitFor();
    await page.getByLabel("Type a question").fill("What does it say?");
    await page.keyboard.press("Enter");
    await page.getByText("A sign.").first().waitFor();
    const [question] = asked;
    const { width, height, exif, format } = await sharp(question?.picture?.bytes).metadata();
    expect({ width, height, format, exif }).toEqual({
      width: 1200,
      height: 1600,
      format: "jpeg",
      exif: undefined,
    });
    expect(question?.picture?.bytes.length).toBeLessThan(1024 * 1024);
  });

  test("takes a picture with the camera", async () => {
    const { asked, ask } = noting("A circle.");
    const { page } = await open({ ask });
    await page.getByRole("button", { name: "Take a picture" }).click();
    await page.getByText("A picture is attached.").first().waitFor();
    await page.getByRole("button", { name: "Remove the picture" }).waitFor();
    await page.getByLabel("Type a question").fill("What is it?");
    await page.keyboard.press("Enter");
    await page.getByText("A circle.").first().waitFor();
    expect((await sharp(asked[0]?.picture?.bytes).metadata()).width).toBe(1280);
  });

  test("says what to do about a file that is no picture, and a camera that is not there", async () => {
    const { page } = await open({ ask: answering("") }, { devices: "none" });
    await page
      .getByLabel("Choose a photo")
      .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await page.getByText("That file is not a picture").waitFor();
    await page.getByRole("button", { name: "Take a picture" }).click();
    await page.getByText("No camera was found.").waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  test("can be stopped", async () => {
    const gone = Promise.withResolvers<void>();
    const { page } = await open({
      async ask(_question, signal, onEvent) {
        onEvent({ type: "text", text: "A chair. " });
        signal.addEventListener("abort", () => gone.resolve());
        await gone.promise;
      },
    });
    await page.getByLabel("Type a question").fill("What?");
    await page.keyboard.press("Enter");
    await page.getByText("A chair.").first().waitFor();
    await page.keyboard.press("Escape");
    await gone.promise;
    expect(await page.getByText("(interrupted)").count()).toBe(1);
  });
});

test("without calls the page takes questions at once, and without a server it says so", async () => {
  const { page } = await open({ ask: answering("A cup.") });
  await page.getByText("Calls are not available on this server.").first().waitFor();
  expect(await page.getByRole("button", { name: "Call" }).count()).toBe(0);
  expect(await page.evaluate("document.activeElement.id")).toBe("question");
  await page.route("**/api/v1/config", (route) => route.abort());
  await page.reload();
  await page.getByRole("status").getByText("The server cannot be reached.").waitFor({ state: "attached" });
});

/** A photo as a phone makes it: large, lying on its side, with a place in its metadata. */
function largePhoto(): Promise<Buffer> {
  const noise = { width: 4000, height: 3000, channels: 3 as const, background: "#336699" };
  return sharp({ create: noise })
    .withExif({ IFD0: { ImageDescription: "my garden" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}
