import { parseArgs } from "node:util";
import yoctoSpinner from "yocto-spinner";
import { fetchAsset, type FetchProgress, type FetchResult } from "../assets/fetch-assets.ts";
import { type Asset, readLock } from "../assets/lock.ts";
import { isPinned, readRepositories, type Repository, toAssets } from "../assets/repositories.ts";
import { type AssetPlaces, assetPlaces } from "../assets/where.ts";
import { readConfig } from "../config/read-config.ts";
import { InputError, UsageError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import { EXIT } from "./exit.ts";
import { type Io, writeLine } from "./io.ts";

const HELP = `usage: sightline fetch [NAME…] [--allow-unpinned]

Fetches the detector's weights and the sample photos that inference/models.lock.json names, or what is
named of it, large models included: from ASSETS_MIRROR first, then from their source. Each file is
checked by size and sha256 before it takes its place; what an interrupted fetch brought is gone on with.

  --allow-unpinned  take sample photos whose checksum is not known; weights never`;

/** `sightline fetch`: the small things of the lock file, or what is named. */
export async function fetchCommand(
  args: readonly string[],
  io: Io,
  places: AssetPlaces = ownPlaces(),
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { "allow-unpinned": { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const lock = await readLock(places.lockFile);
  const assets = chosenAssets(lock, await readRepositories(places.lockFile), positionals);
  const view = createFetchView(io);
  const results: FetchResult[] = [];
  try {
    for (const asset of assets) {
      const result = await fetchAsset(asset, {
        dirs: places.dirs,
        mirror: places.mirror,
        allowUnpinned: values["allow-unpinned"] ?? false,
        signal: io.signal,
        onProgress: view.progress,
      });
      view.result(result);
      results.push(result);
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
    view.stopped();
    return EXIT.interrupted;
  }
  view.end(results);
  return results.some(({ state }) => state === "failed") ? EXIT.failed : EXIT.done;
}

function ownPlaces(): AssetPlaces {
  return assetPlaces(PROJECT_DIR, readConfig(PROJECT_DIR));
}

/** Without a name, what every checkout needs: other models have gigabytes, and few machines a GPU. */
function chosenAssets(
  lock: readonly Asset[],
  repositories: readonly Repository[],
  names: readonly string[],
): readonly Asset[] {
  const known = [...lock, ...repositories].map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`fetch: got ${JSON.stringify(unknown)}; expected any of ${known.join(", ")}`);
  if (names.length === 0) return lock;
  const models = repositories.filter(({ name }) => names.includes(name));
  return [...lock.filter(({ name }) => names.includes(name)), ...models.flatMap(filesOf)];
}

function filesOf(repository: Repository): readonly Asset[] {
  if (isPinned(repository)) return toAssets(repository);
  throw new InputError(
    `${repository.name} is not pinned: its commit and checksums are not known`,
    "both in inference/models.lock.json; 'make pin' looks them up",
  );
}

interface FetchView {
  readonly progress: (progress: FetchProgress) => void;
  readonly result: (result: FetchResult) => void;
  readonly stopped: () => void;
  readonly end: (results: readonly FetchResult[]) => void;
}

/** Tells on stderr how it goes: a moving line on a terminal, plain lines in a pipe. */
function createFetchView({ stderr }: Io): FetchView {
  const spinner = "isTTY" in stderr && stderr.isTTY === true ? yoctoSpinner({ stream: stderr }) : undefined;
  let begun = "";
  const line = (text: string): void => {
    spinner?.stop();
    writeLine(stderr, text);
  };
  return {
    progress({ name, from, receivedBytes, totalBytes }) {
      if (spinner) {
        const share = totalBytes === null ? "" : ` of ${megabytes(totalBytes)}`;
        spinner.text = `${name}: ${megabytes(receivedBytes)}${share} from the ${from}`;
        if (!spinner.isSpinning) spinner.start();
      } else if (begun !== name) {
        line(`${name}: fetching${totalBytes === null ? "" : ` ${megabytes(totalBytes)}`} from the ${from}`);
      }
      begun = name;
    },
    result(result) {
      if (result.state === "failed") line(`sightline: ${result.message}`);
      if (result.state === "fetched")
        line(
          `${result.name}: fetched${result.pinned ? ", size and sha256 as expected" : "; its checksum is not known"}`,
        );
    },
    stopped: () => line("sightline: stopped; what came is kept for the next fetch"),
    end(results) {
      const present = results.filter(({ state }) => state === "present").map(({ name }) => name);
      if (present.length > 0) line(`already there: ${present.join(", ")}`);
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
