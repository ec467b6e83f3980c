// A custom kind whose maker publishes no schema, but the Go types that it reads the object into.

const SCALARS: Readonly<Record<string, string>> = {
  bool: "boolean",
  string: "string",
  int32: "integer",
  int64: "integer",
  float64: "number",
};
const STRUCT = /^type (\w+) struct \{\n([^}]*)^\}/gm;
const FIELD = /^\t\w+ +(\S+) +`json:"(\w+)(,omitempty)?"`$/;

/** The strict JSON schema of one kind in a file of Go types. @throws when the file has what is not known here */
export function goTypeSchema(source: string, kind: string, apiVersion: string): object {
  const structs = new Map(Array.from(source.matchAll(STRUCT), ([, name = "", body = ""]) => [name, body]));

  const ofType = (type: string): object => {
    if (type.startsWith("*")) return ofType(type.slice(1));
    if (type.startsWith("[]")) return { type: "array", items: ofType(type.slice(2)) };
    const scalar = SCALARS[type];
    return scalar === undefined ? ofStruct(type) : { type: scalar };
  };
  const ofStruct = (name: string): object => {
    const body = structs.get(name);
    if (body === undefined) throw new Error(`${kind}: no type ${name}`);
    const fields = body.split("\n").flatMap((line) => {
      if (line === "" || line.includes("//") || line.includes("metav1.")) return [];
      const [, type, field] = FIELD.exec(line) ?? [];
      if (type === undefined || field === undefined) throw new Error(`${kind}: cannot read "${line.trim()}"`);
      return [[field, ofType(type)] as const];
    });
    return { type: "object", additionalProperties: false, properties: Object.fromEntries(fields) };
  };

  const { properties } = ofStruct(kind) as { readonly properties: object };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    additionalProperties: false,
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: { type: "object" },
      ...properties,
    },
  };
}
