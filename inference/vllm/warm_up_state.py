"""What is known of the engine, in one file: so that a second probe neither warms again nor asks again."""

import contextlib
import dataclasses
import fcntl
import json
import os
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Known:
    """Moments are of the machine's clock since its start, which all containers share, in seconds."""

    # Of the engine's process; None: none was met.
    process: object = None
    warm: bool = False
    # Why it is not ready; None: nothing is wrong, or nothing is known.
    fault: object = None
    looked_at: float = 0.0
    # Of the last token that was seen to be generated.
    alive_at: float = 0.0
    # The same as seconds since 1970; 0: never.
    alive_time: float = 0.0
    warm_ups: int = 0
    warm_up_s: float = 0.0
    first_token_s: float = 0.0
    canary_s: float = 0.0
    prefix_cache: object = None
    holds_pictures: object = None
    canaries: dict = field(default_factory=dict)
    faults: dict = field(default_factory=dict)

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)

    def counted(self, family, name):
        counts = getattr(self, family)
        return self.with_(**{family: {**counts, name: counts.get(name, 0) + 1}})

    def is_ready(self, fresh_s):
        return self.warm and self.fault is None and 0 <= time.monotonic() - self.alive_at <= fresh_s

    def is_looked_at(self, within_s):
        return 0 <= time.monotonic() - self.looked_at <= within_s


class StateFile:
    """Written whole or not at all. Only who holds its lock asks the engine anything."""

    def __init__(self, path):
        self.path = path

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return Known(**json.load(file))
        except (OSError, ValueError, TypeError):
            return Known()

    def write(self, known):
        part = f"{self.path}.{os.getpid()}"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644), "w") as file:
            json.dump(dataclasses.asdict(known), file)
        os.replace(part, self.path)

    @contextlib.contextmanager
    def locked(self):
        """Yields whether the lock was free; that of another user never is."""
        try:
            lock = os.open(f"{self.path}.lock", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except PermissionError:
            yield False
            return
        with open(lock, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
