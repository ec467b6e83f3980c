import { describe, expect, it } from "vitest";
import { toEndpoint } from "../../../orchestrator/engines/endpoint.ts";
import { networkFault } from "../../../orchestrator/engines/network-fault.ts";

const endpoint = toEndpoint("local", { url: "http://127.0.0.1:8000/v1", model: "vision", apiKey: undefined });

describe("network faults", () => {
  it.each([
    ["ECONNREFUSED", "connect", "nothing listens at http://127.0.0.1:8000/v1"],
    ["ENOTFOUND", "connect", "does not resolve"],
    ["EAI_AGAIN", "connect", "does not resolve"],
    ["UND_ERR_CONNECT_TIMEOUT", "connect", "cannot be reached"],
    ["EHOSTUNREACH", "connect", "cannot be reached"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "connect", "is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "connect", "is not accepted (ERR_TLS_CERT_ALTNAME_INVALID)"],
    ["HPE_INVALID_CONSTANT", "connect", "no HTTP exchange"],
    ["ECONNRESET", "reset", "broke"],
    ["UND_ERR_SOCKET", "reset", "broke"],
    ["EPIPE", "reset", "broke"],
  ])("%s is %s", (systemCode, code, message) => {
    const cause = Object.assign(new Error("secret"), { code: systemCode });
    const fault = networkFault(endpoint, new TypeError("fetch failed", { cause }));
    expect(fault).toMatchObject({ category: "connectivity", code, retryable: true });
    expect(fault.message).toContain(message);
    expect(fault.message).toContain(code === "connect" ? "LOCAL_ENGINE_URL" : "local engine");
    expect(fault.message).not.toContain("secret");
  });

  it("looks into the attempts on several addresses", () => {
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const fault = networkFault(
      endpoint,
      new TypeError("fetch failed", { cause: new AggregateError([refused]) }),
    );
    expect(fault.message).toContain("nothing listens");
  });

  it.each([undefined, null, "text", new Error("x"), Object.assign(new Error("x"), { code: 7 })])(
    "takes anything: %s",
    (thrown) => {
      expect(networkFault(endpoint, thrown)).toMatchObject({ category: "connectivity", code: "connect" });
    },
  );
});
