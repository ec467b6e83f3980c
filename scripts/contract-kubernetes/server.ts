import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freeTcpPort } from "../../orchestrator/lib/free-port.ts";
import { kubernetesProgram } from "../tools/kubernetes-program.ts";

/** What the API server answered. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** What it let pass, but would rather not have. */
  readonly warnings: readonly string[];
}

/** A real kube-apiserver with its etcd, and a kube-scheduler, on this machine. Nodes stand only on paper: no pod ever runs. */
export interface Kubernetes {
  readonly version: string;
  /** File that kubectl and helm take. */
  readonly kubeconfig: string;
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Reply>;
  readonly close: () => Promise<void>;
}

const UP_MS = 120_000;
const POLL_MS = 500;

/** @throws {Error} when one of the two cannot be had, or with what it said when it does not come up */
export async function startKubernetes(): Promise<Kubernetes> {
  const program = await kubernetesProgram("kube-apiserver", console.error);
  const scheduler = await kubernetesProgram("kube-scheduler", console.error);
  const folder = await mkdtemp(join(tmpdir(), "sightline-kubernetes-"));
  const running: Program[] = [];
  const close = async (): Promise<void> => {
    for (const each of running.toReversed()) await each.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [etcdPort, peerPort, port] = [await freeTcpPort(), await freeTcpPort(), await freeTcpPort()];
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    running.push(
      start("etcd", [
        `--data-dir=${join(folder, "etcd")}`,
        `--listen-client-urls=${etcdUrl}`,
        `--advertise-client-urls=${etcdUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
      ]),
    );
    const token = randomUUID();
    const keys = await writeKeys(folder, token);
    running.push(
      start(program, [
        `--etcd-servers=${etcdUrl}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        `--cert-dir=${join(folder, "certificates")}`,
        `--token-auth-file=${keys.tokens}`,
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-key-file=${keys.signing}`,
        `--service-account-signing-key-file=${keys.signing}`,
        "--service-cluster-ip-range=10.0.0.0/24",
      ]),
    );
    const authority = join(folder, "certificates", "apiserver.crt");
    const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
      send({ port, token, authority }, method, path, body);
    await untilReady(ask, running);
    const kubeconfig = await writeKubeconfig(folder, { port, token, authority });
    const files = ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"];
    running.push(
      start(scheduler, [
        ...files.map((name) => `--${name}=${kubeconfig}`),
        "--leader-elect=false",
        "--secure-port=0",
      ]),
    );
    const { gitVersion } = (await ask("GET", "/version")).body as { readonly gitVersion: string };
    return { version: gitVersion, kubeconfig, ask, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Program {
  readonly name: string;
  readonly isEnded: () => boolean;
  /** The end of what it wrote. */
  readonly said: () => string;
  readonly end: () => Promise<void>;
}

function start(path: string, args: readonly string[]): Program {
  const child: ChildProcess = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      said += String(error);
      resolve();
    });
  }).then(() => (ended = true));
  return {
    name: path,
    isEnded: () => ended,
    said: () => said,
    end: async () => {
      child.kill();
      await exited;
    },
  };
}

/** Who may ask, and what the server signs the tokens of pods with. */
async function writeKeys(folder: string, token: string) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signing = join(folder, "signing.pem");
  await writeFile(signing, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const tokens = join(folder, "tokens.csv");
  await writeFile(tokens, `${token},operator,operator,system:masters\n`, { mode: 0o600 });
  return { signing, tokens };
}

interface Address {
  readonly port: number;
  readonly token: string;
  /** The certificate that the server made for itself. */
  readonly authority: string;
}

async function writeKubeconfig(folder: string, { port, token, authority }: Address): Promise<string> {
  const path = join(folder, "kubeconfig");
  const cluster = { server: `https://127.0.0.1:${port}`, "certificate-authority": authority };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster }],
    users: [{ name: "operator", user: { token } }],
    contexts: [{ name: "local", context: { cluster: "local", user: "operator" } }],
    "current-context": "local",
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function untilReady(ask: Kubernetes["ask"], running: readonly Program[]): Promise<void> {
  const untilMs = performance.now() + UP_MS;
  for (;;) {
    const ready = await ask("GET", "/readyz").catch(String);
    if (typeof ready === "object" && ready.status === 200) return;
    const ended = running.find((each) => each.isEnded());
    if (ended !== undefined) throw new Error(`${ended.name}: ended before it was ready:\n${ended.said()}`);
    if (performance.now() > untilMs) throw new Error(`kube-apiserver: not ready: ${JSON.stringify(ready)}`);
    await wait(POLL_MS);
  }
}

async function send(address: Address, method: string, path: string, body: unknown): Promise<Reply> {
  const ca = await readFile(address.authority);
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const headers = { authorization: `Bearer ${address.token}`, "content-type": "application/json" };
  const sent = request({ host: "127.0.0.1", port: address.port, method, path, headers, ca }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (text += chunk));
    response.on("error", reject);
    response.on("end", () => {
      const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
      const warnings = [response.headers["warning"] ?? []].flat();
      resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text, warnings });
    });
  });
  sent.on("error", reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
