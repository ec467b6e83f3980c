import type { Pcm } from "../../lib/pcm.ts";

/** Short sounds that say what the call does without a word. */
export type Earcon = "thinking" | "camera-muted" | "text-only" | "ended" | "error";

/** Samples per second, as the fixed sentences have. */
const RATE = 16_000;
/** −18 dBFS: plainly heard beside a voice, and never startling in an earphone. */
const PEAK = 0.125;
/** Fading in and out over this long leaves no click. */
const FADE_MS = 8;
/** Between two tones of one earcon. */
const GAP_MS = 20;

interface Tone {
  /** Hz, where the tone begins and where it ends. */
  readonly fromHz: number;
  readonly toHz: number;
  readonly ms: number;
}

const tone = (hz: number, ms: number): Tone => ({ fromHz: hz, toHz: hz, ms });

/** Rising: read from now on. Falling: over. Pitches are far enough apart to be told by ear, on a telephone too. */
const TONES: Readonly<Record<Earcon, readonly Tone[]>> = {
  thinking: [tone(440, 90)],
  "camera-muted": [{ fromHz: 880, toHz: 587, ms: 140 }],
  "text-only": [tone(660, 60), tone(990, 70)],
  ended: [tone(523, 80), tone(330, 100)],
  error: [tone(311, 70), tone(311, 70)],
};

const SOUNDS = new Map<Earcon, Pcm>();

/** The sound of an earcon: 16 kHz, at most 200 ms. */
export function earcon(name: Earcon): Pcm {
  const known = SOUNDS.get(name);
  if (known) return known;
  const sound = render(TONES[name]);
  SOUNDS.set(name, sound);
  return sound;
}

function render(tones: readonly Tone[]): Pcm {
  const gap = samplesOf(GAP_MS);
  const length = tones.reduce((sum, { ms }) => sum + samplesOf(ms), gap * (tones.length - 1));
  const samples = new Int16Array(length);
  let at = 0;
  for (const part of tones) {
    samples.set(renderTone(part), at);
    at += samplesOf(part.ms) + gap;
  }
  return { samples, sampleRate: RATE };
}

/** A sine whose pitch glides, with raised-cosine edges. */
function renderTone({ fromHz, toHz, ms }: Tone): Int16Array {
  const length = samplesOf(ms);
  const fade = samplesOf(FADE_MS);
  let phase = 0;
  return Int16Array.from({ length }, (_, index) => {
    const edge = Math.min(1, index / fade, (length - 1 - index) / fade);
    const level = PEAK * (0.5 - 0.5 * Math.cos(Math.PI * edge));
    const value = Math.round(32_767 * level * Math.sin(phase));
    phase += (2 * Math.PI * (fromHz + ((toHz - fromHz) * index) / length)) / RATE;
    return value;
  });
}

function samplesOf(ms: number): number {
  return Math.round((ms * RATE) / 1000);
}
