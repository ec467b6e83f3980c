import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_DIR } from "../project.ts";

/** The version of this checkout. */
export async function ownVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PROJECT_DIR, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
