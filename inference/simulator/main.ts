import { parseArgs } from "node:util";
import { runSimulator } from "./run.ts";

const { values } = parseArgs({
  options: {
    profile: { type: "string", default: "zero" },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "0" },
  },
});
await runSimulator(
  { profile: values.profile as "zero", host: values.host, port: Number(values.port) },
  (url) => process.stdout.write(`${JSON.stringify({ url })}\n`),
);
