import type { SimulatorOptions } from "./options.ts";
import { runSimulator } from "./run.ts";

// node inference/simulator/main.ts '{"profile":"h100-2b","port":8000}': options as JSON, the URL on stdout
const options = JSON.parse(process.argv[2] ?? "{}") as SimulatorOptions;
await runSimulator(options, (url) => process.stdout.write(`${JSON.stringify({ url })}\n`));
