// Refuses production dependencies under a licence that is not allowed, models without a reason, and
// install scripts that nobody looked at. Reads files of the checkout only.
import { readFileSync } from "node:fs";
import { isMet } from "./spdx.ts";

/** `package-lock.json`, as far as it matters here. */
export interface PackageLock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly license?: unknown; readonly dev?: boolean; readonly hasInstallScript?: boolean }
    >
  >;
}

/** `scripts/licences.json`. `packages` may end in `*`. */
export interface LicencePolicy {
  readonly allowed: readonly string[];
  readonly exceptions: readonly {
    readonly packages: string;
    readonly licence: string;
    readonly reason: string;
  }[];
  readonly models: readonly { readonly name: string; readonly licence: string; readonly reason: string }[];
  readonly installScripts: readonly {
    readonly package: string;
    readonly run: boolean;
    readonly reason: string;
  }[];
}

export interface LicenceInput {
  readonly lock: PackageLock;
  readonly policy: LicencePolicy;
  /** `inference/models.lock.json`. */
  readonly models: {
    readonly assets: readonly { readonly name: string; readonly licence: string }[];
    readonly repositories?: readonly { readonly name: string; readonly licence: string }[];
  };
  /** The text of `.npmrc`. */
  readonly npmrc: string;
}

/** Every fault as one sentence; empty when all is well. */
export function licenceFaults({ lock, policy, models, npmrc }: LicenceInput): readonly string[] {
  const packages = Object.entries(lock.packages)
    .filter(([path]) => path !== "")
    .map(([path, entry]) => ({ name: path.replace(/^.*node_modules\//, ""), ...entry }));
  return [
    ...policyFaults(policy),
    ...packages
      .filter(({ dev }) => dev !== true)
      .flatMap(({ name, license }) => packageFaults(name, license, policy)),
    ...policy.exceptions
      .filter(({ packages: pattern }) => !packages.some(({ name }) => matches(pattern, name)))
      .map(({ packages: pattern }) => `${pattern}: an exception for a package that is not there`),
    ...[...models.assets, ...(models.repositories ?? [])].flatMap(({ name, licence }) =>
      modelFaults(name, licence, policy),
    ),
    ...packages
      .filter(({ name, hasInstallScript }) => {
        const listed = policy.installScripts.some((entry) => entry.package === name);
        return hasInstallScript === true && !listed;
      })
      .map(({ name }) => `${name}: has an install script that is not in the list of install scripts`),
    ...(/^ignore-scripts\s*=\s*true\s*$/m.test(npmrc)
      ? []
      : [".npmrc: expected ignore-scripts=true, so that no install script runs by itself"]),
  ];
}

function packageFaults(name: string, license: unknown, policy: LicencePolicy): readonly string[] {
  const excepted = policy.exceptions.filter((exception) => matches(exception.packages, name));
  // A package whose manifest names none may have one that somebody read in its own files.
  if (typeof license !== "string" || license === "") {
    return excepted.length > 0 ? [] : [`${name}: names no licence`];
  }
  const licences = new Set([...policy.allowed, ...excepted.map(({ licence }) => licence)]);
  const isAllowed = (licence: string): boolean => !isCopyleft(licence) && licences.has(licence);
  return isMet(license, isAllowed) ? [] : [`${name}: ${license} is not allowed`];
}

function modelFaults(name: string, licence: string, policy: LicencePolicy): readonly string[] {
  const listed = policy.models.find((model) => model.name === name);
  if (!listed) return [`${name}: a model or picture without a reason for its licence (${licence})`];
  return listed.licence === licence ? [] : [`${name}: is under ${licence}, listed as ${listed.licence}`];
}

function policyFaults(policy: LicencePolicy): readonly string[] {
  const entries = [...policy.exceptions, ...policy.models, ...policy.installScripts];
  return [
    ...entries
      .filter(({ reason }) => reason.trim().length < 20)
      .map((entry) => `${JSON.stringify(entry)}: expected a reason`),
    ...[...policy.allowed, ...[...policy.exceptions, ...policy.models].map(({ licence }) => licence)]
      .filter(isCopyleft)
      .map((licence) => `${licence}: cannot be allowed, not even by exception`),
  ];
}

/** GPL and AGPL in every version and spelling; LGPL is not one of them. */
function isCopyleft(licence: string): boolean {
  return /^A?GPL(v?\d|-|$)/i.test(licence);
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

if (import.meta.main) {
  const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  const lock = JSON.parse(read("package-lock.json")) as PackageLock;
  const faults = licenceFaults({
    lock,
    policy: JSON.parse(read("scripts/licences.json")) as LicencePolicy,
    models: JSON.parse(read("inference/models.lock.json")) as LicenceInput["models"],
    npmrc: read(".npmrc"),
  });
  for (const fault of faults) console.error(`licences: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`licences: ${Object.keys(lock.packages).length - 1} packages, no fault`);
}
