import { synthesise } from "../speech/synthesise.ts";

const RATE = 16_000;
/** −69 dBFS: a quiet room. */
const QUIET_DB = -69;
/**
 * A noise gate opens when the root mean square of a frame is so many times that of the noise, and stays
 * open so long after it: 200 ms is what OBS Studio's holds by default.
 */
const GATE_FACTOR = 1.25;
const GATE_HOLD_SAMPLES = 0.2 * RATE;
const CLICK_SAMPLES = 0.002 * RATE;
const CLICK_PEAK = 8000;
const CLICK_EVERY_MS = 700;
const BABBLE = [
  ["en-us", "the train to the north leaves from the other platform at nine"],
  ["en-gb", "she said that they would bring the chairs back on Monday morning"],
  ["en-us+f2", "no thank you we have already ordered something to drink"],
  ["en-gb+m3", "have you seen the new building on the corner of the street"],
  ["de", "morgen wird es wohl den ganzen Tag lang regnen"],
  ["en-us+m5", "please put it over there next to the door if you can"],
] as const;

/**
 * What a microphone hears beside its speaker, in dBFS: `steady` noise, the mains' `hum`, voices behind
 * (`babble`), steady noise that a noise gate mutes between words, with their soft ends (`gated`), a quiet room with `clicks`.
 */
export type Room =
  | { readonly sound: "steady" | "babble" | "gated"; readonly db: number }
  | { readonly sound: "hum"; readonly db: number; readonly hz: number }
  | { readonly sound: "clicks" };

/** Adds a room's next sound to samples, in place. */
export type RoomSound = (samples: Int16Array) => void;

/** Default: a quiet room. */
export async function createRoom(room: Room = { sound: "steady", db: QUIET_DB }): Promise<RoomSound> {
  const { sound } = room;
  if (sound === "steady") return adding(white(room.db));
  if (sound === "hum") return adding(hum(room.hz, room.db));
  if (sound === "clicks") return adding(clicks());
  if (sound === "gated") return gated(room.db);
  return adding(await babble(room.db));
}

function adding(next: () => number): RoomSound {
  return (samples) => {
    for (let at = 0; at < samples.length; at++) samples[at] = clamped((samples[at] ?? 0) + next());
  };
}

function clamped(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

/** The root mean square of samples at a level. */
function rms(db: number): number {
  return 32_768 * 10 ** (db / 20);
}

/** Gaussian, as a microphone's own noise is. */
function white(db: number): () => number {
  const sigma = rms(db);
  return () => sigma * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

/** With its first harmonic, half as loud, over the noise of a quiet room. */
function hum(hz: number, db: number): () => number {
  const floor = white(QUIET_DB);
  const peak = rms(db) * Math.sqrt(2 / 1.25);
  let at = 0;
  return () => {
    const angle = (2 * Math.PI * hz * at++) / RATE;
    return peak * (Math.sin(angle) + Math.sin(2 * angle) / 2) + floor();
  };
}

function clicks(): () => number {
  const floor = white(QUIET_DB);
  let left = 0;
  return () => {
    if (left === 0 && Math.random() < 1000 / (CLICK_EVERY_MS * RATE)) left = CLICK_SAMPLES;
    if (left > 0) left -= 1;
    return left > 0 ? (2 * Math.random() - 1) * CLICK_PEAK : floor();
  };
}

function gated(db: number): RoomSound {
  const add = adding(white(db));
  const threshold = GATE_FACTOR * rms(db);
  let open = 0;
  return (samples) => {
    add(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const isLoud = Math.sqrt(power) > threshold;
    open = isLoud ? GATE_HOLD_SAMPLES : Math.max(0, open - samples.length);
    if (open === 0) samples.fill(0);
  };
}

async function babble(db: number): Promise<() => number> {
  const all = await Promise.all(BABBLE.map(([voice, text]) => synthesise(text, { voice })));
  const voices = all.map(({ samples }) => samples);
  let at = Math.floor(Math.random() * RATE);
  const next = (): number => {
    at += 1;
    return voices.reduce((sum, voice) => sum + (voice[at % voice.length] ?? 0), 0);
  };
  const some = Array.from({ length: 5 * RATE }, next);
  const gain = rms(db) / Math.sqrt(some.reduce((sum, value) => sum + value * value, 0) / some.length);
  return () => next() * gain;
}
