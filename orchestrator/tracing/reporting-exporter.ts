import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "../log.ts";

/** Says in the log when traces begin to get lost, and when they arrive again: once each. */
export function reporting(exporter: SpanExporter, log: Logger): SpanExporter {
  let lost = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !lost) log.warn({ fault: result.error?.name }, "traces are lost");
        if (!failed && lost) log.info("traces arrive again");
        lost = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
