import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freeTcpPort, freeUdpPort } from "../../../orchestrator/lib/free-port.ts";

test("a TCP port can be listened at", async () => {
  const port = await freeTcpPort();
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  expect(server.address()).toMatchObject({ port });
  server.close();
});

test("a UDP port can be bound", async () => {
  const port = await freeUdpPort();
  const socket = createSocket("udp4");
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  expect(socket.address()).toMatchObject({ port });
  socket.close();
});
