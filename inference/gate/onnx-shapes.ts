/**
 * Frees the picture size of a detector whose file fixes it: dimensions 2 and 3 of the input and
 * dimension 1 of the output become symbolic, and the shapes recorded in between are dropped. The
 * graph itself holds only relative resizes, so every multiple of 32 works afterwards.
 *
 * @throws {Error} when the bytes are no ONNX model.
 */
export function withDynamicShapes(model: Uint8Array): Uint8Array {
  let inputs = 0;
  let outputs = 0;
  const graph = edit(model, MODEL_GRAPH, (graphBytes) =>
    editAll(graphBytes, (field, payload) => {
      if (field === GRAPH_VALUE_INFO) return undefined;
      if (field === GRAPH_INPUT && inputs++ === 0)
        return freeDimensions(payload, { 2: "height", 3: "width" });
      if (field === GRAPH_OUTPUT && outputs++ === 0) return freeDimensions(payload, { 1: "anchors" });
      return payload;
    }),
  );
  if (inputs === 0 || outputs === 0) throw new Error("not an ONNX model: no input or output");
  return graph;
}

// Field numbers of onnx.proto3.
const MODEL_GRAPH = 7;
const GRAPH_INPUT = 11;
const GRAPH_OUTPUT = 12;
const GRAPH_VALUE_INFO = 13;
const VALUE_TYPE = 2;
const TYPE_TENSOR = 1;
const TENSOR_SHAPE = 2;
const SHAPE_DIMENSION = 1;
const DIMENSION_PARAM = 2;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function freeDimensions(valueInfo: Uint8Array, names: Readonly<Record<number, string>>): Uint8Array {
  return edit(valueInfo, VALUE_TYPE, (type) =>
    edit(type, TYPE_TENSOR, (tensor) =>
      edit(tensor, TENSOR_SHAPE, (shape) => {
        let axis = 0;
        return edit(shape, SHAPE_DIMENSION, (dimension) => {
          const name = names[axis++];
          return name === undefined
            ? dimension
            : Buffer.concat(toField(DIMENSION_PARAM, new TextEncoder().encode(name)));
        });
      }),
    ),
  );
}

/** Rewrites every occurrence of one length-delimited field and keeps the rest. */
function edit(message: Uint8Array, field: number, change: (payload: Uint8Array) => Uint8Array): Uint8Array {
  return editAll(message, (found, payload) => (found === field ? change(payload) : payload));
}

/** Rewrites the length-delimited fields of a message; `undefined` drops one. */
function editAll(
  message: Uint8Array,
  change: (field: number, payload: Uint8Array) => Uint8Array | undefined,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < message.length) {
    const start = at;
    const key = readVarint(message, at);
    at = key.next;
    const field = Math.floor(key.value / 8);
    const wire = key.value % 8;
    if (wire === BYTES) {
      const length = readVarint(message, at);
      const end = length.next + length.value;
      if (end > message.length) throw new Error("not an ONNX model: a field ends beyond the file");
      const payload = message.subarray(length.next, end);
      const changed = change(field, payload);
      if (changed === payload) parts.push(message.subarray(start, end));
      else if (changed !== undefined) parts.push(...toField(field, changed));
      at = end;
      continue;
    }
    if (wire === VARINT) at = readVarint(message, at).next;
    else if (wire === FIXED64) at += 8;
    else if (wire === FIXED32) at += 4;
    else throw new Error(`not an ONNX model: wire type ${wire}`);
    parts.push(message.subarray(start, at));
  }
  return Buffer.concat(parts);
}

function toField(field: number, payload: Uint8Array): readonly Uint8Array[] {
  return [toVarint(field * 8 + BYTES), toVarint(payload.length), payload];
}

function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = from, scale = 1; at < from + 10; at++, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte % 128) * scale;
    if (byte < 128) return { value, next: at + 1 };
  }
  throw new Error("not an ONNX model: a number does not end");
}

function toVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
