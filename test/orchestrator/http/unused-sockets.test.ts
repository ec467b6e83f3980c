import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { watchUnusedSockets } from "../../../orchestrator/http/unused-sockets.ts";

test("a connection without a request is closed, one with a request is left alone", async () => {
  const server = createServer((_request, response) => void response.write("begun")).listen(0, "127.0.0.1");
  const unused = watchUnusedSockets(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const idle = connect(port, "127.0.0.1");
  const busy = connect(port, "127.0.0.1");
  busy.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(busy, "data");
  let busyClosed = false;
  busy.once("close", () => (busyClosed = true));
  const idleClosed = once(idle, "close");
  unused.close();
  await idleClosed;
  expect(busyClosed).toBe(false);
  busy.destroy();
  server.close();
  await once(server, "close");
});
