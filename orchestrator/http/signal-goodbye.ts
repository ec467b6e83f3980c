import type { Duplex } from "node:stream";
import { createFrameEnds } from "./frame-ends.ts";

/** A close frame with the status "service restart" (RFC 6455 §5.5.1): whoever gets it comes back. */
const SERVICE_RESTART = Buffer.from([0x88, 0x02, 0x03, 0xf4]);
/** How long the other side may take to close, too. */
const ANSWER_MS = 500;

/**
 * Passes on what a LiveKit server says.
 *
 * @param first what it said together with its agreement
 * @returns says that the service restarts, after the frame that is under way, and lets the caller close
 */
export function passSignals(upstream: Duplex, socket: Duplex, first: Buffer): () => void {
  const frames = createFrameEnds();
  frames.pass(first);
  socket.write(first);
  const follow = (bytes: Buffer): void => void frames.pass(bytes);
  upstream.on("data", follow).pipe(socket).pipe(upstream);
  let said = false;

  function end(): void {
    socket.unpipe(upstream);
    // What comes is read: left in the socket, it would take the last frame with it.
    socket.resume().end(SERVICE_RESTART);
    socket.once("end", () => socket.destroy());
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.once("close", () => clearTimeout(timer));
  }
  return () => {
    if (said) return;
    said = true;
    upstream.off("data", follow).unpipe(socket);
    if (frames.between) {
      upstream.resume();
      end();
      return;
    }
    const rest = (bytes: Buffer): void => {
      const whole = frames.pass(bytes);
      socket.write(whole === 0 ? bytes : bytes.subarray(0, whole));
      if (whole === 0) return;
      upstream.off("data", rest).resume();
      end();
    };
    upstream.on("data", rest).resume();
  };
}
