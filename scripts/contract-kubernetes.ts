import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIR } from "../orchestrator/project.ts";
import { tryExample, tryFaults } from "./contract-kubernetes/checks.ts";
import { furnish } from "./contract-kubernetes/cluster.ts";
import { tryCrowd, tryPlaces } from "./contract-kubernetes/places.ts";
import { type Kubernetes, startKubernetes } from "./contract-kubernetes/server.ts";

/**
 * Gives the chart, with each of its examples, to a real kube-apiserver on this machine: every object and every
 * pod under strict checks, then `helm install`, `upgrade`, `rollback` and `uninstall`; and its pods to a real
 * kube-scheduler, with nodes like those that the example is for. No pod runs. Exit code 1 when one is refused, or
 * finds no room. Needs Go, and etcd (Debian's etcd-server).
 */
const EXAMPLES = readdirSync(join(PROJECT_DIR, "k8s", "chart", "ci")).map((file) =>
  file.replace(/-values\.yaml$/, ""),
);
const CHECKS: readonly (readonly [string, (kubernetes: Kubernetes) => Promise<void>])[] = [
  ["what is wrong is refused", tryFaults],
  ["what has no room is left out", tryCrowd],
  ...EXAMPLES.map(
    (example) =>
      [`the example ${example}`, (kubernetes: Kubernetes) => tryExample(kubernetes, example)] as const,
  ),
  ...EXAMPLES.map(
    (example) =>
      [`nodes for ${example}`, (kubernetes: Kubernetes) => tryPlaces(kubernetes, example)] as const,
  ),
];

const kubernetes = await startKubernetes();
let failed = 0;
try {
  await furnish(kubernetes);
  for (const [name, run] of CHECKS)
    try {
      await run(kubernetes);
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  console.log(`Kubernetes ${kubernetes.version}: ${CHECKS.length - failed} of ${CHECKS.length} passed`);
} finally {
  await kubernetes.close();
}
process.exitCode = failed === 0 ? 0 : 1;
