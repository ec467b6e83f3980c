import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

const PATIENCE_MS = 2000;

/** Whether a program of this machine answers there with 200. */
export function answers(url: string, patienceMs = PATIENCE_MS): Promise<boolean> {
  return new Promise((resolve) => {
    // The certificate is for callers: this connection does not leave the machine.
    const request = url.startsWith("https:")
      ? tlsRequest(url, { rejectUnauthorized: false, agent: false })
      : plainRequest(url, { agent: false });
    const limit = setTimeout(() => request.destroy(new Error("late")), patienceMs);
    request.once("response", (response) => {
      response.resume();
      response.once("error", () => {});
      resolve(response.statusCode === 200);
    });
    request.once("error", () => resolve(false));
    request.once("close", () => {
      clearTimeout(limit);
      resolve(false);
    });
    request.end();
  });
}
