import type { SpeechServiceConfig, SttName } from "../../../orchestrator/config.ts";
import { startAssemblyaiServer } from "./assemblyai-server.ts";
import { startDeepgramFluxServer } from "./deepgram-flux-server.ts";
import { startDeepgramServer } from "./deepgram-server.ts";
import { startOpenaiRealtimeServer } from "./openai-realtime-server.ts";
import type { SttServer, SttServerOptions } from "./socket-server.ts";

/** Services that are reached over a WebSocket. */
export const SOCKET_SERVICES = ["deepgram", "deepgram-flux", "assemblyai", "openai-realtime"] as const;

/** The stand-in of a service; its key is `secret` unless said otherwise. */
export function startService(
  name: (typeof SOCKET_SERVICES)[number],
  options: SttServerOptions = {},
): Promise<SttServer> {
  const start = {
    deepgram: startDeepgramServer,
    "deepgram-flux": startDeepgramFluxServer,
    assemblyai: startAssemblyaiServer,
    "openai-realtime": startOpenaiRealtimeServer,
  }[name];
  return start({ apiKey: "secret", ...options });
}

/** How a service at an address is configured. */
export function serviceConfig(
  name: SttName,
  url: string,
  { model }: { readonly model?: string | undefined } = {},
): SpeechServiceConfig<SttName> & { readonly url: string } {
  const base = name === "openai-realtime" ? `${url}/v1` : url;
  return { name, url: base, apiKey: "secret", model, voice: undefined };
}
