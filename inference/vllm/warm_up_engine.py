"""HTTP to one vLLM. Every wait has an end, and every fault is a `Fault` with a reason of one word."""

import http.client
import json
import re
import ssl
import time
import urllib.parse
from dataclasses import dataclass

LONGEST_ANSWER = 4_000_000
QUICK_S = 5.0


class Fault(Exception):
    """Why the engine is not ready. Holds nothing that was asked or answered."""

    def __init__(self, reason, detail=""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    text: str
    first_token_s: float
    # None where the server does not tell.
    cached_tokens: object


class Engine:
    """`url` with or without `/v1`; `key` None: the server wants none."""

    def __init__(self, url, key):
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ValueError(f"--engine: got {url!r}; expected http://HOST:PORT")
        self.https = parts.scheme == "https"
        self.host = parts.hostname
        self.port = parts.port or (443 if self.https else 80)
        self.base = re.sub(r"/v1/?$", "", parts.path).rstrip("/")
        self.key = key

    def health(self):
        self._get("/health", QUICK_S)

    def counters(self):
        """Which process serves, and how many tokens it has generated so far."""
        text = self._get("/metrics", QUICK_S).decode("utf-8", "replace")
        born = _values(text, "process_start_time_seconds") or _values(text, "vllm:generation_tokens_created")
        generated = _values(text, "vllm:generation_tokens_total")
        if not born or not generated:
            raise Fault("no-metrics", "/metrics has no vllm:generation_tokens_total or no time of start")
        return repr(min(born)), sum(generated)

    def model(self):
        """The first model that it lists."""
        try:
            return str(json.loads(self._get("/v1/models", QUICK_S))["data"][0]["id"])
        except (ValueError, LookupError, TypeError):
            raise Fault("no-model", "/v1/models lists none") from None

    def one_token(self, body, limit_s):
        """A request of one token, not streamed."""
        with self._send("/v1/chat/completions", body, time.monotonic() + limit_s) as reply:
            whole = b"".join(reply.pieces())
        try:
            answer = json.loads(whole)
            ended = answer["choices"][0]["finish_reason"]
            tokens = answer["usage"]["completion_tokens"]
        except (ValueError, LookupError, TypeError):
            raise Fault("garbled", "the answer is no completion") from None
        if ended not in ("stop", "length") or tokens < 1:
            raise Fault("cut", "an answer without a token")

    def ask(self, body, limit_s):
        """A streamed question. What is no whole answer is a fault."""
        started = time.monotonic()
        asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
        text, first, ended, done, cached = "", None, None, False, None
        with self._send("/v1/chat/completions", asked, started + limit_s) as reply:
            for event in _events(reply.pieces()):
                if event == "[DONE]":
                    done = True
                    break
                delta, reason, usage = _read_event(event)
                if delta and first is None:
                    first = time.monotonic() - started
                text += delta
                ended = reason or ended
                cached = cached if usage is None else usage
        if not done or ended not in ("stop", "length"):
            raise Fault("cut", "the stream ended before its answer did")
        if first is None:
            raise Fault("empty", "an answer without a word")
        return Answer(text, first, cached)

    def _get(self, path, limit_s):
        with self._send(path, None, time.monotonic() + limit_s) as reply:
            return b"".join(reply.pieces())

    def _send(self, path, body, until):
        make = http.client.HTTPSConnection if self.https else http.client.HTTPConnection
        extra = {"context": ssl.create_default_context()} if self.https else {}
        connection = make(self.host, self.port, timeout=_left(until), **extra)
        headers = {"Connection": "close", "User-Agent": "sightline-warm-up"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise Fault("timeout" if isinstance(error, TimeoutError) else "refused") from None
        reply = _Reply(connection, until)
        try:
            payload = None if body is None else json.dumps(body).encode()
            connection.request("GET" if body is None else "POST", self.base + path, payload, headers)
            reply.begin()
        except BaseException as error:
            reply.close()
            raise _translated(error) from None
        return reply


class _Reply:
    """A success whose body is read piece by piece; the deadline is that of the whole answer."""

    def __init__(self, connection, until):
        self._connection = connection
        self._until = until
        # The connection lets go of it as soon as the head is there.
        self._socket = connection.sock
        self._response = None

    def begin(self):
        self._socket.settimeout(_left(self._until))
        self._response = self._connection.getresponse()
        status = self._response.status
        if status == 401:
            raise Fault("unauthorized", "the key is not the engine's")
        if status in (429, 503):
            raise Fault("full", f"HTTP {status}")
        if status != 200:
            raise Fault("http", f"HTTP {status}")

    def pieces(self):
        size = 0
        while True:
            try:
                self._socket.settimeout(_left(self._until))
                piece = self._response.read1(65_536)
            except (OSError, http.client.HTTPException) as error:
                raise _translated(error) from None
            if not piece:
                return
            size += len(piece)
            if size > LONGEST_ANSWER:
                raise Fault("garbled", "an answer without end")
            yield piece

    def close(self):
        if self._response is not None:
            self._response.close()
        self._connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _left(until):
    left = until - time.monotonic()
    if left <= 0:
        raise Fault("timeout")
    return left


def _translated(error):
    if isinstance(error, TimeoutError):
        return Fault("timeout")
    if isinstance(error, (OSError, http.client.HTTPException)):
        return Fault("cut", "the connection ended")
    return error


def _events(pieces):
    """Data events of a stream; comments such as `: keep-alive` are no sign of life and none of them."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip().decode("utf-8", "replace")


def _read_event(event):
    """Text, finish reason and cached tokens of one event, each None or empty where it has none."""
    try:
        chunk = json.loads(event)
        if "error" in chunk:
            raise Fault("error", "an error in the stream")
        choices = chunk.get("choices") or [{}]
        delta = (choices[0].get("delta") or {}).get("content") or ""
        details = (chunk.get("usage") or {}).get("prompt_tokens_details") or {}
        return delta, choices[0].get("finish_reason"), details.get("cached_tokens")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Fault("garbled", "an event that is none") from None


def _values(text, name):
    """Values of all series of a metric."""
    pattern = rf"^{re.escape(name)}(?:\{{[^\n]*\}})? (\S+)"
    return [float(value) for value in re.findall(pattern, text, re.MULTILINE)]
