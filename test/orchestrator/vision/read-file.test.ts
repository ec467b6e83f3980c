import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPlainFile } from "../../../orchestrator/vision/read-file.ts";
import { faultOf } from "./pictures.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "read-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe("readPlainFile", () => {
  it("reads up to the limit and no further", async () => {
    const path = put("ten.bin", "0123456789");
    expect(Buffer.from(await readPlainFile(path, 10)).toString()).toBe("0123456789");
    expect(await faultOf(readPlainFile(path, 9))).toMatch(/ten\.bin is too large/);
    expect(await readPlainFile(put("none.bin", ""), 10)).toHaveLength(0);
  });

  it("does not believe a stated size", async () => {
    expect((await readPlainFile("/proc/self/status", 2 ** 20)).length).toBeGreaterThan(0);
    expect(await faultOf(readPlainFile("/proc/self/status", 10))).toMatch(/too large/);
  });

  it("refuses a folder, a pipe, a device, nothing at all, without waiting", async () => {
    const pipe = join(folder, "pipe.jpg");
    execFileSync("mkfifo", [pipe]);
    mkdirSync(join(folder, "folder.jpg"));
    expect(await faultOf(open(join(folder, "folder.jpg")))).toMatch(
      /is a folder; expected the path of a picture file/,
    );
    expect(await faultOf(open(pipe))).toMatch(/is a pipe or device/);
    expect(await faultOf(open("/dev/zero"))).toMatch(/is a pipe or device/);
    expect(await faultOf(open(join(folder, "missing.jpg")))).toMatch(/missing\.jpg does not exist/);
    expect(await faultOf(open(join(pipe, "below.jpg")))).toMatch(/does not exist/);
    expect(await faultOf(open("x".repeat(5000)))).toMatch(/cannot be read \(ENAMETOOLONG\)/);
    expect(await faultOf(open(""))).toMatch(/^an empty path/);
    expect(await faultOf(open("a\0b\x1b[2J.jpg"))).toMatch(/^a\?b\?\[2J\.jpg/);
  });

  it("says that a file may not be read", async () => {
    const path = put("secret.jpg", "x");
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    const message = process.getuid?.() === 0 ? asNobody(path) : await faultOf(readPlainFile(path, 9));
    expect(message).toMatch(
      /secret\.jpg may not be read: permission denied; expected the path of a picture file/,
    );
  });
});

const open = (path: string): Promise<Uint8Array> => readPlainFile(path, 100);

/** Root may read everything, so the attempt is made by a process that gave up its rights. */
function asNobody(path: string): string {
  const module = fileURLToPath(new URL("../../../orchestrator/vision/read-file.ts", import.meta.url));
  const script = `
    import(${JSON.stringify(module)}).then(async ({ readPlainFile }) => {
      process.setuid(65534);
      await readPlainFile(${JSON.stringify(path)}, 9).catch((error) => console.log(error.message));
    })`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
}
