import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { roomsAt, takenOf } from "../../../orchestrator/up/machine.ts";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";

const HOST = "127.0.0.1";
const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;
const wanted = (port: number) => ({ port, protocol: "tcp", use: "page" }) as const;

afterEach(() => {
  if (isRoot) process.seteuid?.(0);
});

async function listening(port: number) {
  const server = createServer().listen({ port, host: HOST });
  await once(server, "listening");
  return server;
}

test("a port that somebody listens at is taken, another is not", async () => {
  const server = await listening(0);
  const { port } = server.address() as { readonly port: number };
  const free = await freeTcpPort();
  expect(await takenOf([wanted(port), wanted(free)], HOST)).toEqual([wanted(port)]);
  server.close();
});

test("whoever may not listen below 1024, as the engine may, still learns whether a port there is free", async () => {
  // Of no service.
  const [low, other] = [1021, 1022];
  const server = isRoot ? await listening(low) : undefined;
  if (isRoot) process.seteuid?.(NOBODY);
  expect(await takenOf([wanted(low), wanted(other)], HOST)).toEqual(server ? [wanted(low)] : []);
  server?.close();
});

test("folders of one file system share its room, those that are not there yet included", async () => {
  const here = { path: process.cwd(), use: "images", neededBytes: 2 };
  const later = { path: `${process.cwd()}/not/there/yet`, use: "weights", neededBytes: 3 };
  const [room, ...more] = await roomsAt([here, later]);
  expect(more).toEqual([]);
  expect(room).toMatchObject({
    path: `${here.path} and ${later.path}`,
    use: "images, weights",
    neededBytes: 5,
  });
  expect(room!.freeBytes).toBeGreaterThan(0);
  expect(await roomsAt([here, { ...later, path: here.path }])).toMatchObject([{ path: here.path }]);
});

test("each file system has its own room", async () => {
  const rooms = await roomsAt([
    { path: process.cwd(), use: "images", neededBytes: 2 },
    { path: "/proc", use: "weights", neededBytes: 3 },
  ]);
  expect(rooms.map(({ path, neededBytes }) => [path, neededBytes])).toEqual([
    [process.cwd(), 2],
    ["/proc", 3],
  ]);
});
