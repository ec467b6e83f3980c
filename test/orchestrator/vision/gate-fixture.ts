// A gate process for tests: `gate-fixture.ts LOG MODE [LATER_MODE]`. Each start adds its pid to the
// file LOG; from the second start on it behaves as LATER_MODE says.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const [log = "", mode = "", laterMode = mode] = process.argv.slice(2);
appendFileSync(log, `${process.pid}\n`);
const isFirst = readFileSync(log, "utf8").trim().split("\n").length === 1;
const behaviour = isFirst ? mode : laterMode;
let judged = 0;

if (behaviour === "exit") process.exit(3);
if (behaviour !== "ignores-end") process.stdin.on("end", () => process.exit(0)).resume();
if (behaviour === "other-line") process.stdout.write('{"listening":"http://example.com:80"}\n');

const server = createServer((request, response) => {
  if (request.url === "/health") {
    const reason = behaviour === "no-weights" ? "model file is missing" : "starting";
    const ready = behaviour !== "no-weights" && behaviour !== "starts-forever";
    response
      .writeHead(ready ? 200 : 503)
      .end(JSON.stringify(ready ? { state: "ready" } : { state: "unready", reason }));
    return;
  }
  const hash = createHash("sha256");
  request
    .on("data", (chunk: Buffer) => hash.update(chunk))
    .on("end", () => judge(hash.digest("hex"), response));
});
server.listen(0, "127.0.0.1", () => {
  if (behaviour === "mute" || behaviour === "other-line") return;
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
  if (behaviour === "chatty") setInterval(() => process.stdout.write("x".repeat(65_536)), 1);
});

function judge(sha256: string, response: ServerResponse): void {
  judged++;
  const size = { width: 320, height: 240 };
  const look = {
    score: 0.01,
    boxes: [],
    model: String(process.pid),
    provider: "cpu",
    ms: 1,
    sha256,
    ...size,
  };
  const clear = { ...look, verdict: "clear", reason: "no-person" };
  const none = { ...look, verdict: "unknown", reason: "gate-unready", score: null };
  switch (behaviour) {
    case "crashes":
      process.kill(process.pid, "SIGSEGV");
      return;
    case "hangs":
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return;
    case "garbage":
      response.end("verdict: clear");
      return;
    case "no-weights":
    case "starts-forever":
      response.end(JSON.stringify(none));
      return;
    case "supersedes":
      response.end(JSON.stringify(judged % 5 === 1 ? clear : { ...none, reason: "superseded" }));
      return;
    case "breaks":
      response.end(JSON.stringify(judged === 1 ? clear : none));
      return;
    default:
      response.end(JSON.stringify(clear));
  }
}
