import { expect, test } from "vitest";
import { goTypeSchema } from "../../../scripts/tools/go-types-schema.ts";

const SOURCE = `
type Lamp struct {
	metav1.ObjectMeta \`json:"metadata,omitempty"\`

	Spec LampSpec \`json:"spec,omitempty"\`
}

// What it shines like.
type LampSpec struct {
	// In lumen.
	Light  *int64   \`json:"light,omitempty"\`
	Colours []string \`json:"colours,omitempty"\`
}
`;

test("Go types become a schema that takes their fields and no other", () => {
  expect(goTypeSchema(SOURCE, "Lamp", "example.org/v1")).toMatchObject({
    additionalProperties: false,
    properties: {
      apiVersion: { const: "example.org/v1" },
      kind: { const: "Lamp" },
      spec: {
        type: "object",
        additionalProperties: false,
        properties: { light: { type: "integer" }, colours: { type: "array", items: { type: "string" } } },
      },
    },
  });
});

test.each([
  ["a kind that is not there", SOURCE, "Torch", "no type Torch"],
  ["a type that is not there", SOURCE.replace("*int64", "*Lumen"), "Lamp", "no type Lumen"],
  ["a line that is no field", SOURCE.replace("[]string", "map[string]string {"), "Lamp", "cannot read"],
])("%s is no schema", (_name, source, kind, said) => {
  expect(() => goTypeSchema(source, kind, "example.org/v1")).toThrow(said);
});
