// Writes the variables that the chart's values may name into k8s/chart/values.schema.json.
import { readFileSync, writeFileSync } from "node:fs";
import { chartVariables } from "./chart-variables.ts";

const file = new URL("../k8s/chart/values.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(file, "utf8")) as {
  readonly definitions: Record<"setting" | "optionalSecret", object>;
};
const { setting, optionalSecret } = chartVariables();
schema.definitions.setting = { enum: setting };
schema.definitions.optionalSecret = { enum: optionalSecret };
writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
