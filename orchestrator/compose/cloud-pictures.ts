import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createClearRecord, type ClearRecord } from "../vision/clear-record.ts";

/** Counts what left for the cloud against what the gate has said, past everything that chose in between. */
export interface CloudPictures extends Pick<ClearRecord, "watch"> {
  /** A picture of this sha256 (hex) was written to the cloud's connection. */
  readonly onPictureSent: (sha256: string) => void;
}

export function createCloudPictures(metrics: Pick<Metrics, "cloudPictures">, log: Logger): CloudPictures {
  const record = createClearRecord();
  return {
    watch: record.watch,
    onPictureSent(sha256) {
      const judged = record.has(sha256) ? "clear" : "not-clear";
      metrics.cloudPictures.inc({ judged });
      if (judged === "not-clear")
        log.error("a picture left for the cloud that the gate had not judged clear");
    },
  };
}
