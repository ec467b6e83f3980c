import { setTimeout as delay } from "node:timers/promises";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { ringShowing, showCamera } from "../../standins/call/camera.ts";
import { engineOf, personVerdict, settingsOf } from "../../standins/turn.ts";
import { localEngine } from "../engines/engine-fixture.ts";
import { busyFrame } from "../vision/pictures.ts";

/** A call over a simulated vLLM, with a camera that shows a person and can be turned and switched. */
export interface SeeingCall extends TestCall {
  readonly simulator: () => Simulator;
  /** The engine goes away and comes back with nothing in its memory. */
  readonly restartEngine: () => Promise<void>;
  /** What the camera does from now on; a picture every 100 ms while it is on. */
  readonly camera: { on: boolean; track: string; rotation: 0 | 90; seed: number };
  /** The value of a series of the call's metrics; 0 while it is not there. */
  readonly metric: (series: string) => Promise<number>;
  /** Resolves when so many more prefixes have been computed from now on. */
  readonly prefilled: (more: number) => Promise<void>;
}

const PICTURE_MS = 100;

export async function startSeeingCall(
  options: {
    readonly ledgerHost?: string;
    readonly simulator?: SimulatorOptions;
    readonly localPictures?: number;
  } = {},
): Promise<SeeingCall> {
  const settings = { answer: "A checkered cloth.", port: await freeTcpPort(), ...options.simulator };
  let simulator = await startSimulator(settings);
  const engine = localEngine(`${simulator.url}/v1`, { kind: "auto", model: undefined });
  const camera: SeeingCall["camera"] = { on: true, track: "camera", rotation: 0, seed: 1 };
  const open = await startTestCall("", {
    deps: {
      settings: settingsOf({ policy: "local-only" }),
      ...(options.localPictures === undefined ? {} : { localPictures: options.localPictures }),
      createRing: () =>
        ringShowing({
          gate: async (frame) => personVerdict(frame),
          toFrame: ({ capturedAtMs, rotation }) => {
            const [width, height] = rotation === 90 ? [480, 640] : [640, 480];
            return busyFrame({ width, height, source: "camera", capturedAtMs, seed: camera.seed });
          },
        }),
      ports: (ring) => ({
        camera: ring,
        gate: ring.gate,
        local: engine,
        cloud: undefined,
        describer: engineOf("Nothing."),
      }),
      places: { local: { name: "local", model: "vision", host: options.ledgerHost ?? "this machine" } },
    },
  });
  const stopCamera = showCamera(open.call, {
    everyMs: PICTURE_MS,
    track: () => camera.track,
    rotation: () => camera.rotation,
    isOn: () => camera.on,
  });
  const metric = async (series: string): Promise<number> => {
    const lines = (await open.deps.metrics.exposition()).split("\n");
    return Number(lines.find((line) => line.startsWith(`${series} `))?.split(" ")[1] ?? 0);
  };
  await delay(700);
  return {
    ...open,
    simulator: () => simulator,
    async restartEngine() {
      await simulator.close();
      simulator = await startSimulator(settings);
    },
    camera,
    metric,
    async prefilled(more) {
      const count = (): Promise<number> => metric('sightline_prefills_total{result="computed"}');
      const until = (await count()) + more;
      while ((await count()) < until) await delay(20);
    },
    async close() {
      stopCamera();
      await open.close();
      await engine.close();
      await simulator.close();
    },
  };
}
