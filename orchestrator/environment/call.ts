import type { Variable } from "../environment.ts";
import {
  decimal,
  engineAddress,
  key,
  listOf,
  name,
  socketAddress,
  text,
  wholeNumber,
  milliseconds,
} from "./schemas.ts";

/** Variables of calls: speech services, LiveKit, the agent. */
export const callVariables = {
  ENDPOINT_SILENCE_MS: {
    doc: "Silence after which a turn is over. An answer is never heard earlier.",
    ...wholeNumber(500, 200, 3000),
    expected: "a whole number from 200 to 3000, in milliseconds",
  },
  PERSONA_FILE: {
    doc: "Who the assistant is: instructions, language, voice, verbosity. Unset: the vision assistant.",
    schema: text.optional(),
    expected: "a file",
    example: "personas/sales.json",
  },
  STT: {
    doc: "Speech recognisers, first to last resort: deepgram, deepgram-flux, assemblyai, openai, openai-realtime. Unset: deepgram and assemblyai with a key or an address, openai with its address.",
    ...listOf("deepgram", "deepgram-flux", "assemblyai", "openai", "openai-realtime"),
    example: "deepgram,openai",
  },
  TTS: {
    doc: "Voices, first to last resort: elevenlabs, openai, espeak. Unset: elevenlabs with a key or an address, openai with its address, then espeak when espeak-ng is there.",
    ...listOf("elevenlabs", "openai", "espeak"),
    example: "elevenlabs,espeak",
  },
  DEEPGRAM_API_KEY: { doc: "Deepgram's key.", ...key, example: "" },
  DEEPGRAM_URL: {
    doc: "Deepgram's address, when it is not its own cloud.",
    ...socketAddress,
    example: "wss://api.deepgram.com",
  },
  DEEPGRAM_MODEL: { doc: "Deepgram's model. Unset: nova-3, or flux-general-en.", ...name, example: "nova-3" },
  ASSEMBLYAI_API_KEY: { doc: "AssemblyAI's key.", ...key, example: "" },
  ASSEMBLYAI_URL: {
    doc: "AssemblyAI's address, when it is not its own cloud.",
    ...socketAddress,
    example: "wss://streaming.assemblyai.com",
  },
  STT_URL: {
    doc: "OpenAI-compatible speech recogniser.",
    ...engineAddress,
    example: "http://127.0.0.1:8001/v1",
  },
  STT_MODEL: { doc: "Its model name.", ...name, example: "whisper-1" },
  STT_API_KEY: { doc: "Key of the server at STT_URL, if it wants one.", ...key, example: "" },
  ELEVENLABS_API_KEY: { doc: "ElevenLabs' key.", ...key, example: "" },
  ELEVENLABS_URL: {
    doc: "ElevenLabs' base URL, when it is not its own cloud.",
    ...engineAddress,
    example: "https://api.elevenlabs.io/v1",
  },
  ELEVENLABS_MODEL: {
    doc: "ElevenLabs' model. Unset: eleven_flash_v2_5.",
    ...name,
    example: "eleven_flash_v2_5",
  },
  ELEVENLABS_VOICE: {
    doc: "ElevenLabs' voice id. The persona's voice wins.",
    ...name,
    example: "bIHbv24MWmeRgasZH58o",
  },
  TTS_URL: {
    doc: "OpenAI-compatible voice: /audio/speech, streaming PCM.",
    ...engineAddress,
    example: "http://127.0.0.1:8002/v1",
  },
  TTS_MODEL: { doc: "Its model name. Unset: tts-1.", ...name, example: "tts-1" },
  TTS_VOICE: { doc: "Its voice. The persona's voice wins. Unset: alloy.", ...name, example: "alloy" },
  TTS_API_KEY: { doc: "Key of the server at TTS_URL, if it wants one.", ...key, example: "" },
  TTS_SAMPLE_RATE: {
    doc: "Samples a second of its raw PCM, when the server does not say so: OpenAI's 24000, Piper's mostly 22050. Unset: 24000.",
    schema: decimal(/^\d+$/, 8000, 48_000).optional(),
    expected: "a whole number from 8000 to 48000",
    example: "24000",
  },
  TTS_FIRST_AUDIO_MS: {
    doc: "Without a voice's first audio by then, the next voice says it. Raise it for a slow one.",
    ...milliseconds(800),
  },
  LIVEKIT_URL: {
    doc: "LiveKit server as the agent reaches it.",
    ...socketAddress,
    example: "ws://127.0.0.1:7880",
  },
  LIVEKIT_PUBLIC_URL: {
    doc: "LiveKit server as the caller's device reaches it. Unset: LIVEKIT_URL.",
    ...socketAddress,
    example: "wss://calls.example.org",
  },
  LIVEKIT_API_KEY: { doc: "LiveKit's key name.", ...name, example: "devkey" },
  LIVEKIT_API_SECRET: {
    doc: "LiveKit's secret, at least 32 characters.",
    schema: text.min(32).optional(),
    expected: "at least 32 characters",
    secret: true,
    example: "",
  },
  AGENT_NAME: {
    doc: "Name by which calls are dispatched to the agent.",
    schema: text.default("sightline"),
    expected: "a name",
    example: "sightline",
  },
  AGENT_PROCESSES: {
    doc: "Agent processes of this machine; each holds several calls.",
    ...wholeNumber(1, 1, 64),
  },
  AGENT_MAX_CALLS: {
    doc: "Calls that one agent process takes at most; it takes fewer when the machine runs out first.",
    ...wholeNumber(20, 1, 1000),
  },
  AGENT_PORT: {
    doc: "Port of the agent's /metrics, /livez and /readyz, on HOST. 0: any free one.",
    ...wholeNumber(8011, 0, 65_535),
  },
  AGENT_DRAIN_MS: {
    doc: "How long running calls go on after SIGTERM; then they end with a goodbye after their sentence. A second SIGTERM ends them at once.",
    ...wholeNumber(600_000, 0, 86_400_000),
    expected: "a whole number from 0 to 86400000, in milliseconds",
  },
  AGENT_RECYCLE_MB: {
    doc: "Memory of an agent process, in megabytes, beyond which it takes no new call and is replaced when its calls have ended.",
    ...wholeNumber(1500, 200, 1_000_000),
  },
} as const satisfies Record<string, Variable>;
