#!/usr/bin/env python3
"""Readiness of a vLLM: asks what calls ask, believes only right answers, then keeps watch with one token.

  warm_up.py wait     warm the engine, or wait for who does; exits 0 when it is ready, 1 at the deadline
  warm_up.py check    one look, as a probe: exits 0 when the engine is warm and its canary fresh, else 1
  warm_up.py watch    keeps looking, and serves /readyz, /livez and /metrics at --listen

An engine is warmed once: what is known of it stays in a file until another process serves. Needs nothing
but Python and the engine.
"""

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True

from warm_up_engine import Engine, Fault
from warm_up_page import serve, why_not
from warm_up_rehearsal import canary, rehearse
from warm_up_state import StateFile

PULSE_S = 1.0


def main():
    options = read_options()
    watcher = Watcher(options)
    if options.mode == "check":
        watcher.look()
        if watcher.known.is_ready(options.fresh):
            return 0
        print(f"not ready: {why_not(watcher.known)}")
        return 1
    if options.mode == "watch":
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        try:
            host, port = serve(options.listen, lambda: watcher.known, options.fresh)
        except OSError as error:
            sys.exit(f"warm_up.py: --listen: {error}")
        tell("watching", listening=f"http://{host}:{port}")
    else:
        signal.signal(signal.SIGALRM, lambda *_: give_up(watcher.known, options.within))
        signal.setitimer(signal.ITIMER_REAL, options.within)
    while True:
        watcher.look()
        if options.mode == "wait" and watcher.known.is_ready(options.fresh):
            return 0
        time.sleep(pause_after(watcher.known, options.every))


def give_up(known, within_s):
    tell("not ready in time", reason=why_not(known), within_s=within_s)
    os._exit(1)


class Watcher:
    """One look at a time; what was found is kept in the state file."""

    def __init__(self, options):
        self.options = options
        self.engine = Engine(options.engine, options.key)
        self.file = StateFile(options.state)
        self.known = self.file.read()
        self.looked = False

    def look(self):
        with self.file.locked() as mine:
            before = self.file.read()
            if not mine or (self.options.mode == "check" and before.is_looked_at(self.options.every)):
                self.known = before
                return
            self.known = before
            after = self._publish(self._look(before).with_(looked_at=time.monotonic()))
            self._tell(before, after)

    def _publish(self, known):
        self.file.write(known)
        self.known = known
        return known

    def _look(self, known):
        try:
            self.engine.health()
            due = time.monotonic() - known.alive_at
            if self.looked and known.warm and known.fault is None and 0 <= due < self.options.every:
                return known
            self.looked = True
            process, _ = self.engine.counters()
            if process != known.process:
                known = self._publish(known.with_(process=process, warm=False, fault=None))
            return self._canary(known) if known.warm else self._warm(known)
        except Fault as fault:
            if str(fault) != fault.reason:
                tell(str(fault))
            return known.counted("faults", fault.reason).with_(fault=fault.reason)

    def _warm(self, known):
        tell("warming")
        started = time.monotonic()
        found = rehearse(self.engine, self.options.asked, self.options.first_token)
        # Whoever was warmed must still be who serves.
        if self.engine.counters()[0] != known.process:
            raise Fault("cut", "the engine was restarted while it was warmed")
        return alive(known).with_(
            warm=True,
            warm_ups=known.warm_ups + 1,
            warm_up_s=time.monotonic() - started,
            **vars(found),
        )

    def _canary(self, known):
        started = time.monotonic()
        try:
            outcome = canary(self.engine, self.options.asked, self.options.canary)
        except Fault as fault:
            failed = known.counted("canaries", "failed").counted("faults", fault.reason)
            return failed.with_(fault=fault.reason)
        return alive(known).counted("canaries", outcome).with_(canary_s=time.monotonic() - started)

    def _tell(self, before, after):
        if after.warm_ups > before.warm_ups:
            caches = {"prefix_cache": after.prefix_cache, "holds_pictures": after.holds_pictures}
            tell("warm", seconds=after.warm_up_s, first_token_s=after.first_token_s, **caches)
        elif after.fault != before.fault:
            tell("ready again" if after.fault is None else "not ready", reason=after.fault)


def pause_after(known, every_s):
    """A whole warm-up is not tried again at once."""
    failed_warm = not known.warm and known.fault not in (None, "refused")
    return every_s if failed_warm else min(PULSE_S, every_s)


def alive(known):
    return known.with_(fault=None, alive_at=time.monotonic(), alive_time=time.time())


def tell(message, **fields):
    """One line of JSON; never a key, a question or an answer."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in fields.items()}
    print(json.dumps({"time": round(time.time(), 3), "msg": message, **rounded}), file=sys.stderr, flush=True)


def read_options():
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("warm_up.py", description=__doc__, formatter_class=text)
    add = parser.add_argument
    add("mode", choices=("wait", "check", "watch"))
    add("--engine", default="http://127.0.0.1:8000", metavar="URL", help="default %(default)s")
    add("--key-file", metavar="FILE", help="holds the engine's key; default: VLLM_API_KEY, if it is set")
    add("--state", metavar="FILE", help="what is known of the engine; default: one for each engine in the temporary folder")
    add("--listen", default="127.0.0.1:8020", metavar="HOST:PORT", help="of watch; default %(default)s")
    add("--within", type=float, default=1200, metavar="S", help="deadline of wait; default %(default)s")
    add("--every", type=float, default=10, metavar="S", help="between two canaries; default %(default)s")
    add("--canary", type=float, default=10, metavar="S", help="longest wait for one; default %(default)s")
    add("--fresh", type=float, default=30, metavar="S", help="age at which the last one counts no more; default %(default)s")
    add("--first-token", type=float, metavar="S", help="first tokens must come in; default: as long as a call waits")
    options = parser.parse_args()
    try:
        options.key = read_key(options.key_file)
        options.listen = to_address(options.listen)
        options.state = options.state or default_state(Engine(options.engine, None))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "warm_up.json"), encoding="utf-8") as file:
        options.asked = json.load(file)
    options.first_token = options.first_token or options.asked["firstTokenMs"] / 1000
    return options


def read_key(path):
    if path is None:
        key = os.environ.get("VLLM_API_KEY", "")
    else:
        with open(path, encoding="utf-8") as file:
            key = file.read().strip()
    if not re.fullmatch(r"[!-~]*", key):
        raise ValueError("the engine's key holds a blank or a character that no HTTP header can carry")
    return key or None


def to_address(text):
    host, colon, port = text.rpartition(":")
    if not host or not colon or not port.isdecimal():
        raise ValueError(f"--listen: got {text!r}; expected HOST:PORT")
    return host, int(port)


def default_state(engine):
    name = f"sightline-warm-up-{os.getuid()}-{engine.host}-{engine.port}.json"
    return os.path.join(tempfile.gettempdir(), name)


if __name__ == "__main__":
    sys.exit(main())
