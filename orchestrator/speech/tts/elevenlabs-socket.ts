import { openSocket, type Socket } from "../socket.ts";
import { type ElevenlabsMessage, elevenlabsMessage } from "./elevenlabs-messages.ts";
import { toFault, SpeechFault } from "../fault.ts";

/** What a context hears of the socket. */
export interface ContextEvents {
  onMessage(message: ElevenlabsMessage): void;
  /** The context is over. */
  onFault(fault: SpeechFault): void;
}

/** One speech on a socket that others share. */
export interface ElevenlabsContext {
  /** Says a text; its sound comes at once, not when there is more text. */
  say(text: string): void;
  /** Drops what was not said yet; nothing more is heard of it. */
  close(): void;
  /** Lets the service end it, after what it still has to say. */
  finish(): void;
}

/** The sockets to ElevenLabs for one language, opened as they are needed and kept open. */
export interface ElevenlabsSockets {
  /** @throws {SpeechFault} or the signal's reason */
  open(settings: object, events: ContextEvents, signal: AbortSignal): Promise<ElevenlabsContext>;
  warm(): void;
  close(): void;
}

/** The service allows five contexts on a connection. */
const CONTEXTS_AT_MOST = 5;

interface Connection {
  readonly socket: Promise<Socket>;
  readonly contexts: Map<string, ContextEvents>;
}

/** Creates the sockets to one address. */
export function createElevenlabsSockets(url: URL, apiKey: string | undefined): ElevenlabsSockets {
  const connections = new Set<Connection>();
  const stopped = new AbortController();
  let contextCount = 0;

  const connect = (): Connection => {
    const contexts: Connection["contexts"] = new Map();
    const lose = (error: unknown): void => {
      connections.delete(connection);
      const fault = toFault(error);
      const lost = Array.from(contexts.values());
      contexts.clear();
      for (const events of lost) events.onFault(fault);
    };
    const socket = openSocket(url, {
      headers: apiKey === undefined ? {} : { "xi-api-key": apiKey },
      signal: stopped.signal,
      onMessage: (message) => {
        const parsed = elevenlabsMessage.safeParse(message);
        if (!parsed.success) return;
        const { contextId, error, isFinal } = parsed.data;
        const events = contexts.get(contextId ?? "");
        if (error != null) {
          const fault = new SpeechFault(categoryOf(error), "refused");
          // Without a context it is the connection's own end that follows.
          contexts.delete(contextId ?? "");
          events?.onFault(fault);
          return;
        }
        if (isFinal === true) contexts.delete(contextId ?? "");
        events?.onMessage(parsed.data);
      },
      onFault: lose,
    });
    const connection = { socket, contexts };
    connections.add(connection);
    socket.catch(lose);
    return connection;
  };
  const free = (): Connection =>
    [...connections].find(({ contexts }) => contexts.size < CONTEXTS_AT_MOST) ?? connect();

  return {
    warm: () => void free(),
    close: () => {
      stopped.abort();
      for (const { socket } of connections) {
        void socket.then((open) => open.close(JSON.stringify({ close_socket: true }))).catch(() => {});
      }
      connections.clear();
    },
    async open(settings, events, signal) {
      const connection = free();
      const id = `s${++contextCount}`;
      connection.contexts.set(id, events);
      let socket: Socket;
      try {
        socket = await connection.socket;
        signal.throwIfAborted();
      } catch (error) {
        connection.contexts.delete(id);
        signal.throwIfAborted();
        throw toFault(error);
      }
      const send = (message: object): void => {
        if (connection.contexts.has(id)) socket.send(JSON.stringify({ ...message, context_id: id }));
      };
      send({ text: " ", voice_settings: settings });
      return {
        say: (text) => send({ text: `${text} `, flush: true }),
        finish: () => send({ close_context: true }),
        close: () => {
          send({ close_context: true });
          connection.contexts.delete(id);
        },
      };
    },
  };
}

function categoryOf(error: string): "unauthorized" | "at-capacity" | "server" {
  if (/auth|api.key|quota|payment|permission|subscription/i.test(error)) return "unauthorized";
  return /limit|busy|capacity|concurren/i.test(error) ? "at-capacity" : "server";
}
