import { beforeAll, expect, test } from "vitest";
import { createServer } from "../../../orchestrator/http/server.ts";
import { createLog } from "../../../orchestrator/log.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { byComponent, envOf, mainOf, render, workloadsOf } from "./chart.ts";

// Whom the gateway takes for the caller behind what stands before it: wrong codes are counted by address.

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

const CALLER = "198.51.100.7";

/** The address that the gateway of an example counts for a request from a socket. */
async function counted(example: string, socket: string, forwarded: string): Promise<string> {
  const [gateway] = byComponent(workloadsOf(await render(example)), "gateway");
  const trustedProxies = (envOf(mainOf(gateway!))["TRUSTED_PROXIES"] ?? "").split(",").filter(Boolean);
  const app = createServer({ tls: undefined, trustedProxies, log: createLog("silent") });
  app.get("/", (request) => request.ip);
  const headers = { "x-forwarded-for": forwarded };
  const { body } = await app.inject({ url: "/", remoteAddress: socket, headers });
  await app.close();
  return body;
}

test.each([
  ["gke", "35.191.0.9", `${CALLER}, 203.0.113.20`],
  ["gke", "130.211.1.2", `10.0.0.1, ${CALLER}, 203.0.113.20`],
  ["k3s", "10.42.0.8", CALLER],
  ["aks", "10.244.1.9", CALLER],
  ["pool", "10.42.3.3", CALLER],
])("on %s a request by %s is the caller's", async (example, socket, forwarded) => {
  expect(await counted(example, socket, forwarded)).toBe(CALLER);
});

test("on EKS, where the balancer passes TCP on, whatever a caller says of itself counts nothing", async () => {
  expect(await counted("eks", CALLER, "192.0.2.1")).toBe(CALLER);
});
