import { createHash } from "node:crypto";
import { promises as fs } from "node:fs";
import { basename } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import type { InputSize } from "./letterbox.ts";
import { withDynamicShapes } from "./onnx-shapes.ts";

export type Provider = "cpu" | "cuda";

/** The detector's network: one input tensor in, rows of 85 numbers out. */
export interface Detector {
  /** File name without its ending. */
  readonly model: string;
  readonly provider: Provider;
  /**
   * Runs on `input` (3 planes of `size`), and returns the rows. Blocks the event loop for the whole
   * inference; one at a time.
   */
  detect(input: Float32Array, size: InputSize): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface DetectorOptions {
  readonly modelFile: string;
  /** Lower-case hex; a file with another hash is not loaded. */
  readonly sha256: string;
  /** Threads of one inference. */
  readonly threads: number;
  /** Where it runs; no other is taken when this one cannot be loaded. */
  readonly provider: Provider;
}

/** Numbers of one row: box, objectness, 80 classes. */
export const ROW = 85;

/**
 * Checks the file's hash, frees its input size and opens it.
 *
 * @throws {Error} whose message says what is wrong with the file.
 */
export async function createDetector(options: DetectorOptions): Promise<Detector> {
  const [file, { env, InferenceSession, Tensor }] = await Promise.all([
    readModel(options.modelFile),
    import("onnxruntime-node"),
  ]);
  // A provider that cannot be loaded is told as the fault that it is, once.
  env.logLevel = "fatal";
  const actual = createHash("sha256").update(file).digest("hex");
  if (actual !== options.sha256.toLowerCase())
    throw new Error(
      `model file ${basename(options.modelFile)} has sha256 ${actual}; expected ${options.sha256.toLowerCase()}`,
    );
  const model = withDynamicShapes(file);
  const session = await openSession(
    (sessionOptions) => InferenceSession.create(model, sessionOptions),
    options,
  );
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  if (inputName === undefined || outputName === undefined) throw new Error("model has no input or output");

  return {
    model: basename(options.modelFile).replace(/\.onnx$/, ""),
    provider: options.provider,
    async detect(input, size) {
      const image = new Tensor("float32", input, [1, 3, size.height, size.width]);
      const results = await session.run({ [inputName]: image });
      const rows = results[outputName];
      if (rows === undefined || rows.dims.at(-1) !== ROW || !(rows.data instanceof Float32Array))
        throw new Error(
          `model answers ${rows?.type} [${rows?.dims.join(", ")}]; expected float32 [1, N, ${ROW}]`,
        );
      return rows.data;
    },
    release: () => session.release(),
  };
}

async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      code === "ENOENT"
        ? `model file ${basename(path)} is missing`
        : `model file ${basename(path)} cannot be read (${code})`,
      { cause: error },
    );
  }
}

/** A provider that is not there makes the creation throw, even with `cpu` listed after it. */
async function openSession(
  create: (options: InferenceSession.SessionOptions) => Promise<InferenceSession>,
  { threads, provider }: DetectorOptions,
): Promise<InferenceSession> {
  const open = (executionProviders: readonly Provider[]): Promise<InferenceSession> =>
    create({
      executionProviders,
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      // Spinning worker threads would burn a third of a core between frames.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  try {
    // What CUDA has no kernel for runs on the CPU.
    return await open(provider === "cpu" ? ["cpu"] : [provider, "cpu"]);
  } catch (cause) {
    if (provider !== "cpu" && (await isFine(() => open(["cpu"])))) {
      throw new Error(`provider ${provider} cannot be loaded: ${toFirstLine(cause)}`, { cause });
    }
    throw new Error("model cannot be opened; expected an ONNX file of a YOLOX detector", { cause });
  }
}

/** Whether it is the provider that was in the way, not the model. */
async function isFine(open: () => Promise<InferenceSession>): Promise<boolean> {
  try {
    await (await open()).release();
    return true;
  } catch {
    return false;
  }
}

function toFirstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : "unknown fault";
  return text.split("\n")[0] ?? text;
}
