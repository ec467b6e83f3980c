import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the stand-in does otherwise than a registry. */
export interface RegistryFaults {
  /** The token server is another one, without TLS. */
  readonly tokenFrom?: string;
  readonly refuseToken?: boolean;
  /** Another digest than the manifest's. */
  readonly lie?: boolean;
  /** No digest in the head. */
  readonly silent?: boolean;
  /** Wants a password. */
  readonly basic?: boolean;
}

export interface Registry {
  readonly url: string;
  readonly asked: readonly string[];
  faults: RegistryFaults;
  close(): Promise<void>;
}

const INDEX = "application/vnd.oci.image.index.v1+json";

/**
 * A registry with its token server, after the OCI distribution specification and Docker's token one: 401
 * with a challenge, a token for one repository, then the manifest of a tag. Values of `manifests` are by
 * `repository:tag`.
 */
export async function startRegistry(manifests: Readonly<Record<string, string>>): Promise<Registry> {
  const asked: string[] = [];
  const registry = { faults: {} as RegistryFaults };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { faults } = registry;
    const { pathname, searchParams } = new URL(request.url ?? "", url);
    const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    if (pathname === "/token") {
      const repository = /^repository:(.+):pull$/.exec(searchParams.get("scope") ?? "")?.[1];
      if (faults.refuseToken || repository === undefined || searchParams.get("service") !== "stand-in") {
        return void json(403, { details: "no" });
      }
      return void json(200, { token: tokenOf(repository), expires_in: 300 });
    }
    const [, repository = "", tag = ""] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(pathname) ?? [];
    if (request.headers.authorization !== `Bearer ${tokenOf(repository)}`) {
      const realm = `${faults.tokenFrom ?? url}/token`;
      const challenge = faults.basic
        ? 'Basic realm="stand-in"'
        : `Bearer realm="${realm}",service="stand-in",scope="repository:${repository}:pull"`;
      return void json(401, { errors: [{ code: "UNAUTHORIZED" }] }, { "www-authenticate": challenge });
    }
    const manifest = manifests[`${repository}:${tag}`];
    if (manifest === undefined) return void json(404, { errors: [{ code: "MANIFEST_UNKNOWN" }] });
    if (!(request.headers.accept ?? "").includes(INDEX)) return void json(406, {});
    const digest = faults.lie ? digestOf("another one") : digestOf(manifest);
    response
      .writeHead(200, {
        "content-type": INDEX,
        ...(faults.silent ? {} : { "docker-content-digest": digest }),
      })
      .end(manifest);
  }

  return Object.assign(registry, {
    url,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

export function digestOf(manifest: string): string {
  return `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
}

function tokenOf(repository: string): string {
  return Buffer.from(`pull ${repository}`).toString("base64url");
}
