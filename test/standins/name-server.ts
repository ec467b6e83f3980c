import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A name server on loopback that gives every name the same IPv4 address, which may change. */
export interface NameServer {
  readonly port: number;
  address: string;
  close(): void;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
/** One answer to a question that came once, with nothing wrong (RFC 1035 §4.1.1). */
const ANSWERED = [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
/** The same without an answer. */
const NOTHING = [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];

export async function startNameServer(address: string): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (asked, { port, address: from }) => {
    const nameEnd = asked.indexOf(0, HEADER_BYTES) + 1;
    const question = asked.subarray(HEADER_BYTES, nameEnd + 4);
    const isIpv4 = asked.readUInt16BE(nameEnd) === TYPE_A;
    const record = [0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4];
    const answer = isIpv4
      ? Buffer.from([...record, ...server.address.split(".").map(Number)])
      : Buffer.alloc(0);
    const head = Buffer.from(isIpv4 ? ANSWERED : NOTHING);
    socket.send(Buffer.concat([asked.subarray(0, 2), head, question, answer]), port, from);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const server: NameServer = { port: socket.address().port, address, close: () => void socket.close() };
  return server;
}
