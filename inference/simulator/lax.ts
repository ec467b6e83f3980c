import { z } from "zod";

/** Python's pydantic takes more than JSON's own types: `"5"` is an integer, `"yes"` is true. */
type Read<Value> = (value: unknown) => Value | Complaint;

class Complaint {
  readonly type: string;
  readonly message: string;

  constructor(type: string, message: string) {
    this.type = type;
    this.message = message;
  }
}

const TRUE = new Set<unknown>([true, 1, "1", "true", "yes", "on", "y", "t"]);
const FALSE = new Set<unknown>([false, 0, "0", "false", "no", "off", "n", "f"]);

/** An optional boolean, null counting as absent. */
export const boolean = lax((value) => {
  const word = typeof value === "string" ? value.toLowerCase() : value;
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  return new Complaint("bool_parsing", "Input should be a valid boolean, unable to interpret input");
});

/** An optional integer, null counting as absent. */
export const integer = lax((value) => {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "number")
    return new Complaint(
      "int_from_float",
      "Input should be a valid integer, got a number with a fractional part",
    );
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  if (typeof value === "string")
    return new Complaint(
      "int_parsing",
      "Input should be a valid integer, unable to parse string as an integer",
    );
  return typeof value === "boolean"
    ? Number(value)
    : new Complaint("int_type", "Input should be a valid integer");
});

/** An optional number, null counting as absent. */
export const number = lax((value) => {
  if (typeof value === "number") return value;
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (!Number.isNaN(parsed)) return parsed;
  return typeof value === "string"
    ? new Complaint("float_parsing", "Input should be a valid number, unable to parse string as a number")
    : new Complaint("float_type", "Input should be a valid number");
});

function lax<Value>(read: Read<Value>) {
  return z
    .unknown()
    .transform((value, context) => {
      if (value === null || value === undefined) return undefined;
      const result = read(value);
      if (!(result instanceof Complaint)) return result;
      const { type, message } = result;
      context.addIssue({ code: "custom", message, params: { type }, input: value });
      return z.NEVER;
    })
    .optional();
}
