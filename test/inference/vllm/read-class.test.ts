import { expect, test } from "vitest";
import { parseArguments } from "../../../inference/vllm/read-class.ts";

test("reads numbers, words, paths, true and JSON objects", () => {
  const yaml = `# comment
model: /models/A-1
host: 0.0.0.0
port: 8000
gpu-memory-utilization: 0.8
enable-prefix-caching: true
enable-log-requests: false
limit-mm-per-prompt: { "image": { "count": 12 } }
`;
  expect(parseArguments(yaml)).toEqual({
    model: "/models/A-1",
    host: "0.0.0.0",
    port: 8000,
    "gpu-memory-utilization": 0.8,
    "enable-prefix-caching": true,
    "enable-log-requests": false,
    "limit-mm-per-prompt": { image: { count: 12 } },
  });
});

test.each([
  ["an argument named twice", "port: 1\nport: 2"],
  ["nothing", "port:"],
  ["an indented line", "  port: 1"],
  ["a list", "- port"],
  ["a word that YAML takes for true", "host: yes"],
  ["octal", "port: 010"],
  ["a reference", "host: *other"],
  ["a comment behind the value", "port: 1 # one"],
  ["an object that is no JSON", "a: {b: 1}"],
])("refuses %s", (_what, yaml) => {
  expect(() => parseArguments(yaml)).toThrow(SyntaxError);
});
