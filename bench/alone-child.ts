// What `alone` starts. A file of its own: one that waits at its top level for a benchmark cannot be imported by it.
import { join } from "node:path";

// Nobody wants the result any more.
process.once("disconnect", () => process.exit(1));
const [, , file = "", argument = "null"] = process.argv;
const { run } = (await import(join(import.meta.dirname, file))) as {
  run: (argument: unknown) => Promise<unknown>;
};
const result = await run(JSON.parse(argument));
process.send?.({ result }, () => process.exit(0));
