import type { DeviceProblem } from "./call.ts";

export type Input = "microphone" | "camera";

/** What could be opened, and why the rest could not. */
export interface Opened<Track> {
  readonly tracks: readonly Track[];
  readonly problems: ReadonlyMap<Input, DeviceProblem>;
}

/**
 * Opens the wanted devices with one question to the user; when that fails each by itself, so that the
 * call works with what is there.
 */
export async function openDevices<Track>(
  wanted: readonly Input[],
  open: (inputs: readonly Input[]) => Promise<readonly Track[]>,
): Promise<Opened<Track>> {
  const problems = new Map<Input, DeviceProblem>();
  if (wanted.length === 0) return { tracks: [], problems };
  try {
    return { tracks: await open(wanted), problems };
  } catch (error) {
    const [only, ...others] = wanted;
    if (only !== undefined && others.length === 0)
      return { tracks: [], problems: problems.set(only, problemOf(error)) };
  }
  const tracks: Track[] = [];
  for (const input of wanted) {
    const opened = await openDevices([input], open);
    tracks.push(...opened.tracks);
    for (const [name, problem] of opened.problems) problems.set(name, problem);
  }
  return { tracks, problems };
}

/** The reason in an error of `getUserMedia`, by the names that browsers give. */
export function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof Error || isNamed(error) ? error.name : "") {
    case "NotAllowedError":
    case "PermissionDeniedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "in-use";
    case "NotSupportedError":
    case "DeviceUnsupportedError":
      return "unsupported";
    default:
      return "failed";
  }
}

/** A device that can be chosen. */
export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** The devices of a kind that can be told apart; browsers name them only after the permission. */
export function choicesOf(
  devices: readonly { readonly kind: string; readonly deviceId: string; readonly label: string }[],
  input: Input,
): readonly Choice[] {
  const kind = input === "microphone" ? "audioinput" : "videoinput";
  return devices
    .filter(
      (device) =>
        device.kind === kind && device.label !== "" && !/^(default|communications)?$/.test(device.deviceId),
    )
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}

function isNamed(error: unknown): error is { readonly name: string } {
  return typeof error === "object" && error !== null && "name" in error && typeof error.name === "string";
}
