import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { reportFault } from "../../../orchestrator/commands/exit.ts";
import { ConfigError, EngineError, InputError, UsageError } from "../../../orchestrator/errors.ts";

it.each<readonly [string, unknown, number, string]>([
  [
    "input",
    new InputError("x is a folder", "a picture"),
    1,
    "sightline: x is a folder; expected a picture\n",
  ],
  ["usage", new UsageError("ask: no picture"), 2, "sightline: ask: no picture (--help shows the usage)\n"],
  [
    "configuration",
    new ConfigError(["A: got 1; expected 2", "B: got 3; expected 4"]),
    78,
    "sightline: configuration: 2 faults\n  A: got 1; expected 2\n  B: got 3; expected 4\n",
  ],
  ["several lines", new InputError("x\n  is", "y"), 1, "sightline: x is; expected y\n"],
  ["anything else", new TypeError("boom"), 1, "sightline: unexpected fault: TypeError: boom\n"],
  ["no error at all", "boom", 1, "sightline: unexpected fault: boom\n"],
  [
    "an engine",
    new EngineError("local", "timeout", "ttft"),
    1,
    "sightline: unexpected fault: EngineError: local engine: timeout (ttft)\n",
  ],
])("%s", (_name, error, code, text) => {
  const stderr = new PassThrough();
  expect(reportFault(error, stderr)).toBe(code);
  expect(String(stderr.read())).toBe(text);
});
