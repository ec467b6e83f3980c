// Refuses a release of which something is not pinned, and lists all of it. Reads files of the checkout only.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readImageFiles } from "./pin/image-files.ts";
import { parseImagesLock } from "./pin/images-lock.ts";
import { type ModelsLock, pinFaults } from "./pin/pin-faults.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const faults = pinFaults({
  lock: parseImagesLock(read("images.lock.json")),
  models: JSON.parse(read("inference/models.lock.json")) as ModelsLock,
  files: readImageFiles(root),
});
for (const fault of faults) console.error(`release: ${fault}`);
if (faults.length > 0) {
  console.error(`release: refused, ${faults.length} faults; 'make pin' looks up what is missing`);
  process.exitCode = 1;
} else console.log("release: everything is pinned");
