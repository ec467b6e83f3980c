import { internalError } from "./api-error.ts";
import type { ChatContext } from "./chat-route.ts";
import { sendJson } from "./head.ts";

/** Sends a whole answer as its faults want it; false when none of them concerns a whole answer. */
export function sendWholeFault(context: ChatContext, json: string, text: string): boolean {
  const { faults, raw, lifecycle } = context;
  if (faults === undefined) return false;
  const send = (body: string): true => {
    sendJson(raw.request, raw.response, 200, body, context);
    return true;
  };
  const reason = (name: string): true =>
    send(json.replace(/"finish_reason":"\w+"/, `"finish_reason":"${name}"`));
  if (faults.has("stall-after")) return true;
  if (faults.has("reset-after")) {
    raw.response.socket?.resetAndDestroy();
    return true;
  }
  if (faults.has("cut-after") || faults.has("end-after")) {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n`;
    raw.response.socket?.end(head + json.slice(0, json.length / 2));
    return true;
  }
  if (faults.has("error-after") || faults.has("drift")) {
    const error = internalError();
    sendJson(raw.request, raw.response, error.status, error.toJson(), context);
    return true;
  }
  if (faults.has("engine-dead-after")) {
    lifecycle.kill();
    return true;
  }
  if (faults.has("bad-json-after") || faults.has("binary-after")) return send(json.slice(0, json.length / 2));
  if (faults.has("empty"))
    return send(json.replace(/"choices":\[.*?\],"service_tier"/s, '"choices":[],"service_tier"'));
  if (faults.has("abort-after")) return reason("abort");
  if (faults.has("content-filter")) return reason("content_filter");
  if (faults.has("refusal")) {
    const said = JSON.stringify(text);
    return send(json.replace(`"content":${said},"refusal":null`, () => `"content":null,"refusal":${said}`));
  }
  return false;
}
