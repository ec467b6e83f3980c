import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Ear, Voice } from "../speech/speech.ts";
import type { Ledger, LedgerPlace } from "../store/ledger.ts";
import type { TurnTracer } from "../tracing/turn-tracer.ts";
import type { Ports } from "../turn/ports.ts";
import type { EngineName, TurnSettings } from "../turn/turn.ts";
import type { FrameRing } from "../vision/ring.ts";
import type { Notices } from "./voice/notices.ts";
import type { Persona } from "./persona.ts";

/** What every call of a process shares. */
export interface CallDeps {
  /** As the persona takes turns. */
  readonly settings: TurnSettings;
  readonly persona: Persona;
  readonly notices: Notices;
  /** A ring for one call, with a gate of its own. */
  createRing(): FrameRing;
  /** The world as this call sees it: its camera, the gate of its camera, the engines. */
  ports(camera: FrameRing): Ports;
  /** Prompt tokens at which a conversation is compacted. */
  readonly contextTokens: number;
  /** Pictures of the past that a prompt of the local engine shows at most. */
  readonly localPictures: number;
  /** Silence after which a turn is over, in milliseconds. */
  readonly endpointSilenceMs: number;
  /** Undefined: questions are typed. */
  readonly ear: Ear | undefined;
  /** Undefined: answers are read. */
  readonly voice: Voice | undefined;
  readonly ledger: Ledger | undefined;
  /** Where the engines run. */
  readonly places: Readonly<Partial<Record<EngineName, LedgerPlace>>>;
  /** Host that all sound and pictures of calls pass on their way here, when it is not the operator's own. */
  readonly relay: string | undefined;
  readonly metrics: Metrics;
  /** Undefined: turns are not traced. */
  readonly tracer: TurnTracer | undefined;
  readonly log: Logger;
}
