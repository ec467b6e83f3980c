// Strict JSON schemas in the form that kubeconform takes: one file for each kind, in which a field that
// Kubernetes does not know is a fault.

type Schema = { readonly [key: string]: unknown };

interface Swagger {
  readonly definitions: Readonly<Record<string, Schema>>;
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const DRAFT = "http://json-schema.org/draft-07/schema#";
const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
/** Formats of which JSON Schema means something else, or nothing. */
const FOREIGN_FORMATS = new Set(["int32", "int64", "double", "byte", "date-time"]);

/** Schemas of Kubernetes' own kinds, from its OpenAPI document. */
export function coreSchemas({ definitions }: Swagger): Readonly<Record<string, object>> {
  const strict: Record<string, Schema> = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, toStrict(schema) as Schema]),
  );
  strict[QUANTITY] = {
    oneOf: [
      {
        type: "string",
        pattern: String.raw`^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`,
      },
      { type: "number" },
    ],
  };
  const files: Record<string, object> = {};
  for (const [name, schema] of Object.entries(definitions)) {
    const properties = schema["properties"] as Schema | undefined;
    if (properties?.["kind"] === undefined) continue;
    const kinds = (schema["x-kubernetes-group-version-kind"] ?? []) as readonly GroupVersionKind[];
    for (const kind of kinds)
      files[fileName(kind)] = {
        ...strict[name],
        $schema: DRAFT,
        definitions: Object.fromEntries([...reached(name, strict)].map((each) => [each, strict[each]])),
      };
  }
  return files;
}

/** Schemas of a CustomResourceDefinition, one for each version. */
export function customSchemas(documents: readonly unknown[]): Readonly<Record<string, object>> {
  const files: Record<string, object> = {};
  for (const document of documents) {
    const { spec } = document as {
      readonly spec: {
        readonly group: string;
        readonly names: { readonly kind: string };
        readonly versions: readonly {
          readonly name: string;
          readonly schema: { readonly openAPIV3Schema: Schema };
        }[];
      };
    };
    for (const { name, schema } of spec.versions) {
      const kind = { group: spec.group, version: name, kind: spec.names.kind };
      files[fileName(kind)] = { ...(toStrict(schema.openAPIV3Schema) as Schema), $schema: DRAFT };
    }
  }
  return files;
}

/** As kubeconform asks for it: kind, first part of the group, version. */
function fileName({ group, version, kind }: GroupVersionKind): string {
  return [kind.toLowerCase(), ...(group === "" ? [] : [group.split(".")[0]]), version].join("-");
}

function toStrict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map((each) => toStrict(each));
  if (typeof node !== "object" || node === null) return node;
  const given = node as Schema;
  if (given["format"] === "int-or-string" || given["x-kubernetes-int-or-string"] === true)
    return { oneOf: [{ type: "string" }, { type: "integer" }] };
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const isSaid = key === "description" && typeof value === "string";
    const isForeign = key === "format" && FOREIGN_FORMATS.has(String(value));
    if (!isSaid && !isForeign && !key.startsWith("x-")) kept[key] = toStrict(value);
  }
  const isOpen = given["x-kubernetes-preserve-unknown-fields"] === true;
  const hasFields = typeof given["properties"] === "object" && (given["type"] ?? "object") === "object";
  if (hasFields && !isOpen && !("additionalProperties" in kept)) kept["additionalProperties"] = false;
  return kept;
}

/** Names of all definitions that one refers to, however far. */
function reached(
  name: string,
  definitions: Readonly<Record<string, Schema>>,
  found: Set<string> = new Set(),
): Set<string> {
  for (const [, reference] of JSON.stringify(definitions[name]).matchAll(
    /"\$ref":"#\/definitions\/([^"]+)"/g,
  ))
    if (reference !== undefined && !found.has(reference)) {
      found.add(reference);
      reached(reference, definitions, found);
    }
  return found;
}
