/** Nodes of one kind, as far as the scheduler looks at them: what is left on each for pods. */
export interface Nodes {
  readonly count: number;
  readonly cpu: string;
  readonly memory: string;
  readonly gpu?: { readonly resource: string; readonly count: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly taint?: { readonly key: string; readonly value: string };
}

const GPU = { resource: "nvidia.com/gpu", count: 1 };
/** As the GPU operator's and GKE's. */
const TAINT = { key: "nvidia.com/gpu", value: "present" };
/** Eight CPUs and 32 GB, less what the system keeps. */
const EIGHT = { cpu: "7900m", memory: "28Gi" };
const plain = (count: number): Nodes => ({ ...EIGHT, count });
const l4 = (labels: Readonly<Record<string, string>> = {}, taint: Nodes["taint"] = TAINT): Nodes => ({
  ...EIGHT,
  count: 1,
  gpu: GPU,
  labels,
  taint,
});

/** The smallest clusters that the examples are for, by their names. */
export const CLUSTERS: Readonly<Record<string, readonly Nodes[]>> = {
  // One machine does it all.
  "one-gpu": [{ count: 1, cpu: "13700m", memory: "28Gi", gpu: GPU }],
  k3s: [{ count: 1, cpu: "7500m", memory: "27Gi", gpu: GPU }],
  // g6.2xlarge, and m6i.2xlarge.
  eks: [
    l4({ "karpenter.k8s.aws/instance-gpu-name": "l4", "karpenter.sh/capacity-type": "on-demand" }),
    plain(1),
  ],
  // g2-standard-8, and e2-standard-8.
  gke: [l4({ "cloud.google.com/gke-accelerator": "nvidia-l4" }), plain(1)],
  // Standard_NC24ads_A100_v4, and D8s_v5.
  aks: [
    {
      count: 1,
      cpu: "23",
      memory: "200Gi",
      gpu: GPU,
      labels: { "kubernetes.azure.com/agentpool": "a100" },
      taint: { key: "sku", value: "gpu" },
    },
    plain(1),
  ],
  postgres: [l4(), plain(2)],
  "gate-on-gpu": [
    {
      ...EIGHT,
      count: 1,
      gpu: { resource: "nvidia.com/gpu.shared", count: 2 },
      labels: { "nvidia.com/gpu.product": "NVIDIA-L4" },
      taint: TAINT,
    },
    plain(1),
  ],
  "engine-elsewhere": [plain(1)],
  pool: [
    { ...EIGHT, count: 3, gpu: GPU, labels: { "nvidia.com/gpu.product": "NVIDIA-L40S" }, taint: TAINT },
    {
      ...EIGHT,
      count: 1,
      gpu: GPU,
      labels: { "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3" },
      taint: TAINT,
    },
    plain(2),
  ],
};

/** Four CPUs and 16 GB with an L4, such as g6.xlarge and g2-standard-4: too small. */
export const TOO_SMALL: readonly Nodes[] = [
  {
    ...l4({ "karpenter.k8s.aws/instance-gpu-name": "l4", "karpenter.sh/capacity-type": "on-demand" }),
    cpu: "3900m",
    memory: "14Gi",
  },
  plain(1),
];
