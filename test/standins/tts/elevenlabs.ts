import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { createScript, type Script, sendSound } from "./behaviour.ts";
import { espeakSound, type MakeSound, type VoiceSound } from "./sound.ts";

/** One message of the client, as it came. */
export interface SeenMessage {
  readonly [member: string]: unknown;
  readonly context_id?: string;
  readonly text?: string;
  readonly close_context?: boolean;
  readonly voice_settings?: Readonly<Record<string, unknown>>;
}

export interface ElevenlabsServer extends Script {
  /** Ends in `/v1`. */
  readonly url: string;
  readonly messages: readonly SeenMessage[];
  /** Texts in the order in which they were to be said. */
  readonly said: readonly string[];
  /** Request targets of the sockets opened so far. */
  readonly sockets: readonly string[];
  /** Contexts that are open now. */
  openContexts(): number;
  /** Ends every context, as the service does with one that was given nothing for a while. */
  endContexts(): void;
  /** Breaks every connection. */
  dropAll(): void;
  close(): Promise<void>;
}

/**
 * Both names that the lists of times go by, `charDurationsMs` and `charsDurationsMs`; no times at all;
 * lists of a name or a kind that nobody knows.
 */
export type AlignmentStyle = "char" | "chars" | "none" | "renamed" | "not-numbers";

export interface ElevenlabsOptions {
  /** Default: words by espeak-ng at 24 kHz. */
  readonly makeSound?: MakeSound;
  /** Required in `xi-api-key`. */
  readonly apiKey?: string;
  /** How the times of the characters come. Default: `char`. */
  readonly alignment?: AlignmentStyle;
  readonly port?: number;
}

/** Starts a server with ElevenLabs' `/v1/text-to-speech/{voice}/multi-stream-input`. */
export async function startElevenlabs(options: ElevenlabsOptions = {}): Promise<ElevenlabsServer> {
  const { makeSound = espeakSound(24_000), apiKey, alignment = "char" } = options;
  const script = createScript();
  const messages: SeenMessage[] = [];
  const said: string[] = [];
  const sockets: string[] = [];
  const open = new Set<Context>();
  const http = createServer((_, response) => response.writeHead(404).end());
  const server = new WebSocketServer({ noServer: true });
  const raw = new Set<Socket>();

  http.on("connection", (socket) => {
    raw.add(socket);
    socket.once("close", () => raw.delete(socket));
  });
  http.on("upgrade", (request, socket, head) => {
    const isRefused = apiKey !== undefined && request.headers["xi-api-key"] !== apiKey;
    if (isRefused) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
      return;
    }
    sockets.push(request.url ?? "");
    server.handleUpgrade(request, socket, head, (client) => serve(client));
  });

  function serve(client: WebSocket): void {
    const contexts = new Map<string, Context>();
    client.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as SeenMessage;
      messages.push(message);
      const id = message.context_id;
      if (id === undefined) return;
      const context = contexts.get(id) ?? createContext(client, id, message.voice_settings);
      contexts.set(id, context);
      open.add(context);
      if (message.close_context === true) {
        contexts.delete(id);
        open.delete(context);
        context.close();
      } else if (message.text?.trim()) context.say(message.text.trim());
    });
    client.on("close", () => {
      for (const context of contexts.values()) {
        context.drop();
        open.delete(context);
      }
    });
  }

  interface Context {
    say(text: string): void;
    /** Says what it was given, then ends. */
    close(): void;
    drop(): void;
  }

  function createContext(
    client: WebSocket,
    contextId: string,
    settings: SeenMessage["voice_settings"],
  ): Context {
    const gone = new AbortController();
    let work = Promise.resolve();
    const send = (message: object): void => client.send(JSON.stringify({ ...message, contextId }), () => {});
    const sayNow = async (text: string): Promise<void> => {
      if (gone.signal.aborted) return;
      said.push(text);
      const behaviour = script.take();
      if (behaviour.fault?.type === "status") {
        send({ error: `status ${behaviour.fault.status}` });
        gone.abort();
        return;
      }
      const end = await sendSound(text, {
        behaviour,
        makeSound,
        speed: Number(settings?.["speed"] ?? 1),
        gone: gone.signal,
        send: (chunk, sound) =>
          send({
            audio: chunk.bytes.toString("base64"),
            alignment: styled(alignment, alignmentOf(text, sound, chunk)),
            normalizedAlignment: null,
          }),
      });
      if (end === "cut") client.terminate();
      if (end === "stalled") await once(gone.signal, "abort");
    };
    return {
      say: (text) => {
        work = work.then(() => sayNow(text));
      },
      close: () => {
        void work.then(() => send({ isFinal: true }));
      },
      drop: () => gone.abort(),
    };
  }

  http.listen(options.port ?? 0, "127.0.0.1");
  await once(http, "listening");
  const dropAll = (): void => {
    for (const socket of raw) socket.destroy();
  };
  return {
    ...script,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    messages,
    said,
    sockets,
    openContexts: () => open.size,
    endContexts: () => {
      for (const context of open) context.close();
      open.clear();
    },
    dropAll,
    async close() {
      dropAll();
      server.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

interface Alignment {
  readonly chars: readonly string[];
  readonly startsMs: readonly number[];
  readonly durationsMs: readonly number[];
}

function styled(style: AlignmentStyle, times: Alignment | null): object | null {
  if (times === null || style === "none") return null;
  const { chars, startsMs, durationsMs } = times;
  if (style === "chars") return { chars, charsStartTimesMs: startsMs, charsDurationsMs: durationsMs };
  if (style === "char") return { chars, charStartTimesMs: startsMs, charDurationsMs: durationsMs };
  if (style === "not-numbers")
    return { chars, charStartTimesMs: startsMs.map(String), charDurationsMs: durationsMs };
  return { characters: chars, starts: startsMs, ends: durationsMs };
}

/** Times of the characters that begin within a chunk, counted from the chunk's start. */
function alignmentOf(
  text: string,
  sound: VoiceSound,
  chunk: { readonly startMs: number; readonly endMs: number },
): Alignment | null {
  const times = characterTimes(text, sound).filter(
    ({ startMs }) => startMs >= chunk.startMs && startMs < chunk.endMs,
  );
  if (times.length === 0) return null;
  return {
    chars: times.map(({ character }) => character),
    startsMs: times.map(({ startMs }) => Math.round(startMs - chunk.startMs)),
    durationsMs: times.map(({ startMs, endMs }) => Math.round(endMs - startMs)),
  };
}

function characterTimes(
  text: string,
  { words }: VoiceSound,
): readonly { readonly character: string; readonly startMs: number; readonly endMs: number }[] {
  let offset = 0;
  return words.flatMap((word) => {
    const at = text.indexOf(word.text, offset);
    const end = at + word.text.length;
    const characters = Array.from(text.slice(offset, end));
    const eachMs = (word.endMs - word.startMs) / characters.length;
    offset = end;
    return characters.map((character, index) => ({
      character,
      startMs: word.startMs + index * eachMs,
      endMs: word.startMs + (index + 1) * eachMs,
    }));
  });
}
