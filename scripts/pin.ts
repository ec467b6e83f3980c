// Looks up what is not pinned yet: digests of images, checksums of downloads, revisions of models. With
// --update also what is. Exits 1 and lists what could not be looked up.
import { parseArgs } from "node:util";
import { pinAll } from "./pin/pin-all.ts";

const { values } = parseArgs({ options: { update: { type: "boolean", default: false } } });
const faults = await pinAll({
  root: `${import.meta.dirname}/..`,
  update: values.update,
  tell: (line) => console.log(`pin: ${line}`),
});
for (const fault of faults) console.error(`pin: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
