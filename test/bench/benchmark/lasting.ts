import { type Bench, runDirectly } from "../../../bench/benchmark.ts";

// Something of this process never ends, as with the native part of a room.
setInterval(() => {}, 1000);

const run: Bench = async () => ({
  name: "lasting",
  title: "Lasting",
  rows: [{ what: "it", target: "yes", measured: "", met: process.argv[2] === "met" }],
  notes: [],
});

await runDirectly(import.meta.url, run);
