import { createHash } from "node:crypto";
import type { LockedImage } from "./images-lock.ts";

/** Where registries answer, by host; those that are not named answer at `https://HOST`. */
export type Registries = Readonly<Record<string, string>>;

const DOCKER_HUB = "docker.io";
const DOCKER_HUB_ORIGIN = "https://registry-1.docker.io";
/** Indexes first: a digest is to hold for every platform. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const TIMEOUT_MS = 30_000;
/** Manifests are small; more than this is no manifest. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * Asks a registry (OCI distribution, with the token that it sends for) which digest a tag has now, and
 * checks it against the bytes of the manifest.
 *
 * @throws {Error} that says what the registry answered instead
 */
export async function lookUpDigest(
  { image, tag }: Pick<LockedImage, "image" | "tag">,
  registries: Registries = {},
): Promise<string> {
  const { origin, repository } = toPlace(image, registries);
  const url = `${origin}/v2/${repository}/manifests/${tag}`;
  const first = await ask(url, { accept: MANIFESTS });
  const challenge = first.status === 401 ? first.headers.get("www-authenticate") : null;
  const response =
    challenge === null
      ? first
      : await ask(url, {
          accept: MANIFESTS,
          authorization: `Bearer ${await fetchToken(challenge, origin, repository)}`,
        });
  if (!response.ok) throw new Error(`the registry answers ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length > LARGEST_BYTES) throw new Error(`the manifest has ${bytes.length} bytes`);
  const computed = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const claimed = response.headers.get("docker-content-digest");
  if (claimed !== null && claimed !== computed) {
    throw new Error(`the manifest hashes to ${computed}, and the registry calls it ${claimed}`);
  }
  return computed;
}

/** As Docker reads names: without a host it is Docker Hub, and there without a folder `library`. */
function toPlace(
  image: string,
  registries: Registries,
): { readonly origin: string; readonly repository: string } {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const host = isHost ? first : DOCKER_HUB;
  const path = isHost ? rest.join("/") : image;
  return {
    origin: registries[host] ?? (host === DOCKER_HUB ? DOCKER_HUB_ORIGIN : `https://${host}`),
    repository: host === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path,
  };
}

async function fetchToken(challenge: string, origin: string, repository: string): Promise<string> {
  const fields = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const realm = fields.get("realm") ?? "";
  if (!/^bearer /i.test(challenge) || !URL.canParse(realm)) {
    throw new Error("the registry wants a key that is no bearer token");
  }
  const url = new URL(realm);
  if (url.protocol !== "https:" && url.origin !== new URL(origin).origin) {
    throw new Error(`the registry sends for a token to ${url.origin}; expected https`);
  }
  const service = fields.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", fields.get("scope") ?? `repository:${repository}:pull`);
  const response = await ask(url.href, {});
  if (!response.ok) throw new Error(`the registry's token server answers ${response.status}`);
  const { token, access_token: other } = (await response.json()) as Readonly<Record<string, unknown>>;
  const found = token ?? other;
  if (typeof found !== "string") throw new Error("the registry's token server sends no token");
  return found;
}

function ask(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}
