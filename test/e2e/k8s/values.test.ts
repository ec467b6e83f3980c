import { beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools, runTool } from "../../../scripts/tools/kubernetes.ts";
import { CHART, render, templateArgs, workloadsOf } from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

/** What helm says to an example with other values; empty when it takes them. */
async function refusal(example: string, ...values: readonly string[]): Promise<string> {
  const { status, stderr } = await runTool("helm", templateArgs(example, values));
  return status === 0 ? "" : stderr;
}

describe("the values' schema refuses", () => {
  test.each([
    ["a value that is none", "gatway={}", "'gatway' not allowed"],
    ["one that is none further in", "agent.replica=2", "'replica' not allowed"],
    ["a word for a number", 'agent.replicas="two"', "got string, want integer"],
    ["an engine without its class", 'engines=[{"name":"l4"}]', "missing property 'gpuClass'"],
    [
      "an engine's unknown part",
      'engines=[{"name":"l4","gpuClass":"24gb-ada","gpus":2}]',
      "'gpus' not allowed",
    ],
    ["latest", 'image.tag="latest"', "image/tag"],
    ["a digest that is none", 'image.digest="sha256:abc"', "image/digest"],
    ["an origin with a path", 'gateway.origins=["https://a.example.org/page"]', "gateway/origins"],
    ["a setting that nothing reads", 'config={"LEDGER_DAYS":3}', "value must be one of"],
    ["a setting of the chart's own", 'config={"AGENT_DRAIN_MS":1}', "value must be one of"],
    ["a key among the settings", 'config={"SECRET_KEY":"x"}', "value must be one of"],
    ["names asked of everybody", "networkPolicy.dnsTo=[]", "networkPolicy/dnsTo"],
    [
      "a rule that leads everywhere",
      'networkPolicy.extraEgress=[{"to":[],"ports":[{"port":80}]}]',
      "networkPolicy/extraEgress/0/to",
    ],
    ["memory in words", 'gate.resources.limits.memory="much"', "gate/resources/limits/memory"],
    ["scrapes that are minutes apart", 'monitoring.interval="2m"', "monitoring/interval"],
    ["scrapes rarer than a pod waits for", 'monitoring.interval="20s"', "monitoring/interval"],
    ["another header than the one that is sent", 'router.sessionHeader="x-user-id"', "router/sessionHeader"],
  ])("%s", async (_name, value, said) => {
    expect(await refusal("one-gpu", value)).toContain(said);
  });
});

describe("what does not go together is refused", () => {
  test("with all reasons at once when nothing is said", async () => {
    const { status, stderr } = await runTool("helm", ["template", "sightline", CHART]);
    expect(status).not.toBe(0);
    for (const said of ["secrets: set either", "gateway.origins: name", "livekit: set url"])
      expect(stderr).toContain(said);
  });

  const routed = 'router={"enabled":true,"image":{"repository":"r","tag":"1"}}';
  test.each([
    ["two sources of keys", ['secrets.existingSecret="keys"'], "secrets: set either"],
    ["optional keys of nobody", ['secrets.optional=["DEEPGRAM_API_KEY"]'], "set existingSecret"],
    ["no gate", ["gate.enabled=false"], "config.GATE_URL must name one"],
    ["two engines' addresses", ['config={"LOCAL_ENGINE_URL":"http://v/v1"}'], "leave one of the two out"],
    ["two LiveKits", ['livekit.url="wss://l"'], "livekit.url: there is a LiveKit"],
    ["a LiveKit that nobody reaches", ['livekit.trial.publicIp=""'], "livekit.trial.publicIp"],
    [
      "a plain page without a way to LiveKit",
      ['gateway.origins=["http://a.example.org"]'],
      "livekit.publicUrl",
    ],
    [
      "a LiveKit elsewhere at no address",
      ["livekit.trial.enabled=false", 'livekit.url="wss://l"'],
      "networkPolicy.livekitTo: name where your LiveKit server is",
    ],
    [
      "a Redis elsewhere at no address",
      ["redis.trial.enabled=false", 'redis.address="r:6379"'],
      "networkPolicy.redisTo",
    ],
    ["a router that may ask nobody for pods", [routed], "networkPolicy.apiServerTo"],
    [
      "ports that no node opens",
      ['livekit.trial.service.type="NodePort"'],
      "livekit.trial.ports: callers are told the port",
    ],
    ["a port twice", ["livekit.trial.ports.stun=7882"], "a number of its own"],
    [
      "a PostgreSQL elsewhere at no address",
      ['store.postgres={"existingSecret":"calls"}'],
      "networkPolicy.postgresTo",
    ],
    [
      "two PostgreSQLs",
      ['store.postgres={"existingSecret":"calls","trial":{"enabled":true}}'],
      "store.postgres.existingSecret",
    ],
    ["two Redis", ['redis.address="r:6379"'], "redis.address"],
    [
      "two engines of one name",
      ['engines=[{"name":"l4","gpuClass":"24gb-ada"},{"name":"l4","gpuClass":"48gb"}]', routed],
      "two are named l4",
    ],
    [
      "two vLLMs without a router",
      [
        'engines=[{"name":"l4","gpuClass":"24gb-ada","replicas":2,"weights":{"perPod":true},"cache":{"perPod":true}}]',
      ],
      "router.enabled: more than one vLLM",
    ],
    [
      "two pods at a disk of one node",
      ['engines=[{"name":"l4","gpuClass":"24gb-ada","spareGpus":1}]', routed],
      "up to 2 pods at weights",
    ],
    [
      "empty volumes",
      ['engines=[{"name":"l4","gpuClass":"24gb-ada","weights":{"perPod":true,"download":false}}]'],
      "volumes are empty",
    ],
    ["a router without an image", ["router.enabled=true"], "router.image"],
    [
      "scaling without figures",
      ["autoscaling.agent.enabled=true", "store.shared=false"],
      "prometheusAddress",
    ],
    [
      "scaling on one node",
      ['autoscaling={"agent":{"enabled":true},"prometheusAddress":"http://p:9090"}'],
      "store.shared",
    ],
    ["monitors that are locked out", ["monitoring.podMonitors=true"], "networkPolicy.metricsFrom"],
    [
      "a gate on a GPU without CUDA",
      ["gate.gpu.enabled=true", 'gate.image.tag="0.1.0-cpu"'],
      "gate.image.tag: that image has no CUDA",
    ],
    ["images without a digest", ["requireDigests=true"], "livekit.trial.image: has no digest"],
  ])("%s", async (_name, values, said) => {
    expect(await refusal("one-gpu", ...values)).toContain(said);
  });

  test("but a pool with a router and a digest for each image is taken", async () => {
    expect(await refusal("pool")).toBe("");
  });
});

test("pods are made anew when their settings change, and only then", async () => {
  const checksum = async (...values: readonly string[]) => {
    const agent = workloadsOf(await render("one-gpu", values)).find(({ component }) => component === "agent");
    return agent?.annotations["checksum/settings"];
  };
  const before = await checksum();
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await checksum('config={"ROUTE_POLICY":"local-only"}')).not.toBe(before);
  expect(await checksum("gate.replicas=2")).toBe(before);
});
