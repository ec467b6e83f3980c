"""What a call asks, asked before there is one: with pictures whose right answer is known."""

import base64
import re
import secrets
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from warm_up_engine import Fault

# Compiling for a new shape may take a quarter of a minute, and several may follow each other.
REQUEST_S = 60.0
# Questions of which two in a row must be answered in time.
MOST_TRIES = 20
IN_A_ROW = 2
COUNTED_S = 1.0


@dataclass(frozen=True)
class Rehearsed:
    """What was found beside that the engine sees. None: it does not tell."""

    first_token_s: float
    prefix_cache: object
    holds_pictures: bool


def rehearse(engine, asked, first_token_s):
    """Raises a Fault unless every picture is called by its colour and the answers come in time."""
    rehearsal = Rehearsal(engine, asked)
    rehearsal.greet()
    pictures = [Picture(**each) for each in asked["pictures"]]
    for picture in pictures:
        rehearsal.ask_new(picture)
    cached, held = rehearsal.ask_again(pictures[0])
    rehearsal.ask_two(pictures[1], pictures[2])
    slowest = rehearsal.ask_until_fast(pictures, first_token_s)
    return Rehearsed(slowest, None if cached is None else cached > 0, held)


class Picture:
    """A solid colour of a size that calls use, as PNG."""

    def __init__(self, colour, rgb, width, height):
        self.colour = colour
        rows = (b"\0" + bytes.fromhex(rgb) * width) * height
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
        png = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)
        self.url = "data:image/png;base64," + base64.b64encode(png).decode()


class Rehearsal:
    def __init__(self, engine, asked):
        self.engine = engine
        self.asked = asked
        self.model = engine.model()
        self.colours = {each["colour"] for each in asked["pictures"]}

    def greet(self):
        self._send([self._user(self.asked["greeting"])], _secret())

    def ask_new(self, picture):
        """A conversation of its own: nothing of it is in any cache."""
        return self._ask([self._show(picture, picture.url, _secret(), "question")], picture, _secret())

    def ask_again(self, picture):
        """A second question of one conversation, pictures by id alone: cached tokens, and whether they were held."""
        salt, name = _secret(), _secret()
        said = self._ask([self._show(picture, picture.url, name, "question")], picture, salt).text

        def again(url):
            before = [self._show(picture, url, name, "question"), {"role": "assistant", "content": said}]
            return self._ask([*before, self._show(picture, url, name, "again")], picture, salt).cached_tokens

        try:
            return again(None), True
        except Fault as fault:
            if fault.reason != "http":
                raise
        return again(picture.url), False

    def ask_two(self, one, other):
        """Two at once, which must not be taken for each other."""
        with ThreadPoolExecutor(2) as pool:
            for answer in [pool.submit(self.ask_new, picture) for picture in (one, other)]:
                answer.result()

    def ask_until_fast(self, pictures, first_token_s):
        in_a_row = []
        for index in range(MOST_TRIES):
            took = self.ask_new(pictures[index % len(pictures)]).first_token_s
            in_a_row = [*in_a_row, took] if took <= first_token_s else []
            if len(in_a_row) == IN_A_ROW:
                return max(in_a_row)
        raise Fault("too-slow", f"no {IN_A_ROW} first tokens in a row within {first_token_s:g} s")

    def _ask(self, messages, picture, salt):
        answer = self._send(messages, salt)
        said = self.colours & set(re.findall(r"[a-z]+", answer.text.lower()))
        if said != {picture.colour}:
            called = " and ".join(sorted(said)) or "none of the colours"
            raise Fault("wrong-colour", f"a {picture.colour} picture was called {called}")
        return answer

    def _send(self, messages, salt):
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": self.asked["system"]}, *messages],
            "max_completion_tokens": self.asked["maxTokens"],
            "temperature": 0,
            "cache_salt": salt,
            "priority": 0,
        }
        return self.engine.ask(body, REQUEST_S)

    def _show(self, picture, url, name, question):
        image = {"type": "image_url", "image_url": None if url is None else {"url": url}, "uuid": name}
        texts = [{"type": "text", "text": self.asked[key]} for key in ("note", question)]
        return {"role": "user", "content": [image, *texts]}

    def _user(self, text):
        return {"role": "user", "content": text}


def canary(engine, asked, limit_s):
    """One token. "ok": it came and was counted; "busy": it did not come, but others' tokens did."""
    _, before = engine.counters()
    body = {**asked["canary"], "model": engine.model(), "cache_salt": _secret()}
    try:
        engine.one_token(body, limit_s)
    except Fault as fault:
        if fault.reason not in ("full", "timeout"):
            raise
        if _is_counted(engine, before):
            return "busy"
        raise Fault("stalled" if fault.reason == "timeout" else "full", "and no token is generated") from None
    if not _is_counted(engine, before):
        raise Fault("not-counted", "a token was answered that the engine did not generate")
    return "ok"


def _is_counted(engine, before):
    """The server counts a token a moment after it was sent."""
    until = time.monotonic() + COUNTED_S
    while engine.counters()[1] <= before:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _secret():
    return secrets.token_urlsafe(32)


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
