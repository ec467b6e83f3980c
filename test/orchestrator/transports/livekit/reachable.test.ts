import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { isLivekitUp } from "../../../../orchestrator/transports/livekit/reachable.ts";

test("a server that answers is up, one that is gone is not", async () => {
  const server = createServer((_request, response) => void response.end("OK")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await isLivekitUp({ url })).toBe(true);
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  expect(await isLivekitUp({ url })).toBe(false);
});
