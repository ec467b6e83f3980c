import type { Config, EngineConfig } from "../../config.ts";
import type { ProbeResult } from "../../engines/probe.ts";
import { isLoopback, isOwnNetwork } from "../../lib/own-network.ts";
import { type Check, fine } from "./check.ts";

/** What an engine's server said, and whether the local one is where it should be. */
export function engineCheck(name: "local" | "cloud", config: EngineConfig, probed: ProbeResult): Check {
  const check = `${name} engine`;
  const variable = `${name.toUpperCase()}_ENGINE`;
  if (probed.fault !== null) {
    const fix = !probed.reachable
      ? `start the server, or correct ${variable}_URL`
      : probed.keyAccepted === false
        ? `correct ${variable}_API_KEY`
        : probed.modelKnown === false
          ? `set ${variable}_MODEL to one of ${probed.models.slice(0, 8).join(", ") || "its models"}`
          : `correct ${variable}_URL and ${variable}_MODEL`;
    return { check, state: "failed", detail: probed.fault, fix };
  }
  const what = `${probed.isVllm === true ? "vLLM " : ""}at ${config.url}`;
  const detail = `${what} answers in ${Math.round(probed.ms)} ms; model ${probed.model ?? "not known"}`;
  if (name === "local" && !isOwnNetwork(new URL(config.url).hostname)) {
    return {
      check,
      state: "warn",
      detail: `${detail}; it sees every picture, people included, and its address is a public one`,
      fix: "use a server of your own, or make sure that this one is",
    };
  }
  return fine(check, detail);
}

/** An engine that is not there, and what that means. */
export function noEngineCheck(name: "local" | "cloud"): Check {
  return name === "local"
    ? {
        check: "local engine",
        state: "missing",
        detail: "not configured: pictures of people are answered from the detector alone",
        fix: "set LOCAL_ENGINE_URL to a vLLM or another OpenAI-compatible server of your own",
      }
    : {
        check: "cloud engine",
        state: "missing",
        detail: "not configured: everything is answered on this machine or by the local engine",
        fix: "if you want one, set CLOUD_ENGINE_API_KEY (OpenAI), or CLOUD_ENGINE_URL",
      };
}

/** Whether the policy can do what it says with the engines that there are. */
export function policyCheck({ policy, local, cloud }: Config): Check {
  const check = "route policy";
  if (policy === "local-only") {
    return cloud
      ? {
          check,
          state: "warn",
          detail: "local-only: the cloud engine is configured and never asked",
          fix: "set ROUTE_POLICY to person-local or local-first, or unset the cloud's variables",
        }
      : fine(check, "local-only: nothing is ever sent to a cloud");
  }
  if (!cloud) {
    return {
      check,
      state: "warn",
      detail: `${policy}: there is no cloud engine, so it works as local-only does`,
      fix: "set CLOUD_ENGINE_API_KEY or CLOUD_ENGINE_URL, or unset ROUTE_POLICY",
    };
  }
  if (!local) {
    return {
      check,
      state: "warn",
      detail: `${policy}: without a local engine a picture with a person gets the detector's words only`,
      fix: "set LOCAL_ENGINE_URL",
    };
  }
  return fine(
    check,
    policy === "person-local"
      ? "person-local: pictures with a person stay with the local engine"
      : "local-first: the cloud is asked only when the local engine is down and nobody is in the picture",
  );
}

/** What goes where, in the operator's words. */
export function leavesCheck({ policy, local, cloud, privateToCloud }: Config): Check {
  const check = "what leaves";
  if (!cloud || policy === "local-only") {
    const to = local && !isLoopback(new URL(local.url).hostname) ? `only to ${new URL(local.url).host}` : "";
    return fine(
      check,
      to === "" ? "nothing leaves this machine" : `questions and pictures go ${to}, your local engine`,
    );
  }
  const host = new URL(cloud.url).host;
  const also = {
    never: "",
    reading: "; also clear pictures of small text when no local engine is up",
    screen: "; also clear pictures of a shared screen when no local engine is up",
    all: "; also clear pictures of small text and of a shared screen when no local engine is up",
  }[privateToCloud];
  return fine(
    check,
    `to ${host}: questions, answers, and pictures that the gate judged clear of people${also}; never a picture with a person or one not judged`,
  );
}
