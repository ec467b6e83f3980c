"""Asks a speech server for what a call asks it for, and fails unless the answer means something.

usage: check.py CHECK [CHECK]
  stt URL MODEL SOUND WORD   the words of SOUND, an English WAV file, hold WORD
  tts URL MODEL VOICE        a sentence is said: 16-bit sound, neither silent nor noise

URL ends in /v1. A check of no MODEL ("") is left out. Loads the model as its first call would; a model that
is loaded answers in a moment.
Standard library only: it runs inside the servers' own images, as their health check.
"""

import json
import os
import sys
import time
import uuid
from array import array
from http.client import HTTPException
from urllib import error, request

SENTENCE = "The door is open."
LIMIT_S = float(os.environ.get("CHECK_LIMIT_S", "60"))


class Wrong(Exception):
    """Why the answer is none."""


def ask(url, body, content_type):
    """Sends a request; gives the response, its body unread."""
    headers = {"Content-Type": content_type}
    if os.environ.get("API_KEY"):
        headers["Authorization"] = "Bearer " + os.environ["API_KEY"]
    try:
        return request.urlopen(request.Request(url, body, headers), timeout=LIMIT_S)
    except error.HTTPError as answer:
        raise Wrong(f"status {answer.code}: {answer.read(300).decode(errors='replace')}") from None
    except OSError as fault:
        raise Wrong(f"no answer: {fault}") from None


def check_stt(url, model, sound, word):
    mark = uuid.uuid4().hex
    with open(sound, "rb") as file:
        wav = file.read()
    fields = {"model": model, "language": "en", "response_format": "json"}
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="speech.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + wav + f"\r\n--{mark}--\r\n".encode()
    with ask(f"{url}/audio/transcriptions", body, f"multipart/form-data; boundary={mark}") as answer:
        text = answer.read().decode(errors="replace")
    try:
        heard = json.loads(text)["text"]
    except (ValueError, KeyError, TypeError):
        raise Wrong("the answer is no transcription") from None
    if word.lower() not in heard.lower():
        raise Wrong(f"the words were not understood: {heard[:60]!r} without {word!r}")


def check_tts(url, model, voice):
    body = {"model": model, "voice": voice, "input": SENTENCE, "response_format": "pcm"}
    with ask(f"{url}/audio/speech", json.dumps(body).encode(), "application/json") as answer:
        if "json" in answer.headers.get_content_type() or "text" in answer.headers.get_content_type():
            raise Wrong(f"no sound but {answer.headers.get_content_type()}")
        sound = answer.read()
    samples = array("h", sound[: len(sound) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    # 0.4 to 6 s, whether it has 16,000 samples a second or 24,000.
    if not 0.4 * 16_000 <= len(samples) <= 6 * 24_000:
        raise Wrong(f"{len(samples)} samples for a sentence")
    mean = sum(abs(sample) for sample in samples) / len(samples)
    # Speech is loud at times and quiet at times; noise, and bytes that are out of step, always the same.
    quiet = sum(abs(sample) < mean / 2 for sample in samples) / len(samples)
    if mean < 100 or quiet < 0.4:
        raise Wrong("silence or noise instead of a sentence")


CHECKS = {"stt": (check_stt, 4), "tts": (check_tts, 3)}


def main(arguments):
    rest = list(arguments)
    checks = []
    while rest:
        name = rest.pop(0)
        check, length = CHECKS.get(name, (None, 0))
        if check is None or len(rest) < length:
            checks = []
            break
        checks.append((name, check, rest[:length]))
        rest = rest[length:]
    if not checks:
        print(__doc__, file=sys.stderr)
        return 2
    for name, check, (url, model, *others) in checks:
        if not model:
            continue
        began = time.monotonic()
        try:
            check(url, model, *others)
        except (Wrong, OSError, HTTPException) as fault:
            print(f"{name} is not ready: {fault}", file=sys.stderr)
            return 1
        print(f"{name} answers, {(time.monotonic() - began) * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
