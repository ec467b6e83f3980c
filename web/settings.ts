/** What the caller chose, kept on this device only. */
export interface Settings {
  /** Device ids; empty: the browser's choice. */
  readonly microphone: string;
  readonly camera: string;
  /** Speech rate, 0.5–2; null: the caller has chosen none, and the persona's is theirs. */
  readonly rate: number | null;
  /** Single keys work as shortcuts. */
  readonly shortcuts: boolean;
  /** A voice of this device speaks when the server has none; else the screen reader reads. */
  readonly deviceVoice: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  microphone: "",
  camera: "",
  rate: null,
  shortcuts: true,
  deviceVoice: true,
};

const KEY = "sightline.settings";
export const RATES = { min: 0.5, max: 2, step: 0.1 } as const;

/** The kept settings; what is missing, broken or refused by the browser is the default. */
export function readSettings(storage: () => { getItem(key: string): string | null }): Settings {
  try {
    const kept: unknown = JSON.parse(storage().getItem(KEY) ?? "{}");
    return toSettings(typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {});
  } catch {
    return DEFAULT_SETTINGS;
  }
}

/** Keeps the settings, when the browser allows it. */
export function writeSettings(
  storage: () => { setItem(key: string, value: string): void },
  settings: Settings,
): void {
  try {
    storage().setItem(KEY, JSON.stringify(settings));
  } catch {
    // A private window may keep nothing.
  }
}

/** The rate one step slower or faster, within its limits. */
export function nextRate(rate: number, direction: -1 | 1): number {
  const next = Math.round((rate + direction * RATES.step) * 10) / 10;
  return Math.min(RATES.max, Math.max(RATES.min, next));
}

function toSettings(kept: Readonly<Record<string, unknown>>): Settings {
  const { microphone, camera, rate, shortcuts, deviceVoice } = kept;
  const inRange = typeof rate === "number" && rate >= RATES.min && rate <= RATES.max;
  return {
    microphone: typeof microphone === "string" ? microphone : "",
    camera: typeof camera === "string" ? camera : "",
    rate: inRange ? rate : DEFAULT_SETTINGS.rate,
    shortcuts: shortcuts !== false,
    deviceVoice: deviceVoice !== false,
  };
}
