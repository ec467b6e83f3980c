import { createDetector, type Provider } from "./detector.ts";
import { createGatekeeper, type GateState } from "./gatekeeper.ts";
import { createMetrics } from "./metrics.ts";
import { loadSharp } from "./picture.ts";
import { createServer } from "./server.ts";

export interface GateOptions {
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** ONNX file of a YOLOX detector. */
  readonly modelFile: string;
  /** Expected hash of that file, lower-case hex. */
  readonly sha256: string;
  /** Threads of one inference; default 1. */
  readonly threads?: number;
  /** Where the detector runs; default the CPU. One that cannot be loaded leaves the gate unready. */
  readonly provider?: Provider;
  /** It cannot judge, and why. */
  readonly onUnready?: (reason: string) => void;
}

/** A gate that answers; whether it is ready is another question. */
export interface RunningGate {
  readonly url: string;
  /** Resolves once the detector has passed its checks, or failed them. */
  readonly settled: Promise<GateState>;
  close(): Promise<void>;
}

/**
 * Starts the person gate. It answers at once, `unready` until the detector is loaded and checked, and
 * for good when the model file is missing, altered or wrong, or its provider cannot be loaded.
 *
 * @throws {Error} only when the port cannot be had.
 */
export async function startGate(options: GateOptions): Promise<RunningGate> {
  const metrics = createMetrics();
  metrics.ready(null);
  const gatekeeper = createGatekeeper(
    async () => {
      await loadSharp();
      return createDetector({
        ...options,
        threads: options.threads ?? 1,
        provider: options.provider ?? "cpu",
      });
    },
    {
      changed(state) {
        metrics.ready(state.state === "ready" ? state : null);
        if (state.state === "unready") options.onUnready?.(state.reason);
      },
      looked: () => metrics.looked(),
    },
  );
  const server = createServer(gatekeeper, metrics);
  const url = await server.listen({ host: options.host ?? "127.0.0.1", port: options.port ?? 0 });
  return {
    url,
    settled: gatekeeper.settled,
    async close() {
      await server.close();
      await gatekeeper.close();
    },
  };
}
