"""What `watch` serves: /readyz, /livez and /metrics."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REASONS = (
    "refused timeout unauthorized full http cut garbled empty error no-metrics no-model wrong-colour "
    "too-slow stalled not-counted"
).split()


def serve(address, read, fresh_s):
    """Serves until the process ends. `read` gives what is known now."""

    class Page(BaseHTTPRequestHandler):
        server_version = "sightline-warm-up"
        sys_version = ""

        def do_GET(self):
            known = read()
            ready = known.is_ready(fresh_s)
            if self.path == "/livez":
                self._answer(200, "alive\n")
            elif self.path == "/readyz":
                self._answer(200 if ready else 503, "ready\n" if ready else f"not ready: {why_not(known)}\n")
            elif self.path == "/metrics":
                self._answer(200, to_metrics(known, ready))
            else:
                self._answer(404, "not found\n")

        def _answer(self, status, text):
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(address, Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address


def why_not(known):
    """One word for a probe's message."""
    if known.fault is not None:
        return known.fault
    return "canary-late" if known.warm else "warming"


def to_metrics(known, ready):
    gauge, counter = "gauge", "counter"
    families = [
        ("ready", gauge, "1: warm, and the last canary was in time.", {"": int(ready)}),
        ("warm_ups_total", counter, "Warm-ups that passed: one for each start of the engine.", {"": known.warm_ups}),
        ("warm_up_seconds", gauge, "How long the last of them took.", {"": known.warm_up_s}),
        ("first_token_seconds", gauge, "The slower of its last two first tokens.", {"": known.first_token_s}),
        (
            "canaries_total",
            counter,
            "Canaries: ok; busy, when the engine only generated for others; failed.",
            {f'{{outcome="{name}"}}': known.canaries.get(name, 0) for name in ("ok", "busy", "failed")},
        ),
        ("canary_seconds", gauge, "How long the last canary that came took.", {"": known.canary_s}),
        (
            "last_token_timestamp_seconds",
            gauge,
            "When a token was last seen to be generated; 0: never.",
            {"": known.alive_time},
        ),
        (
            "faults_total",
            counter,
            "Looks at the engine that found a fault.",
            {f'{{reason="{name}"}}': known.faults.get(name, 0) for name in REASONS},
        ),
        (
            "cache_works",
            gauge,
            "1: a second question found its prefix, or its picture, as the arguments of the engine want it.",
            {
                f'{{cache="{name}"}}': int(works)
                for name, works in (("prefix", known.prefix_cache), ("pictures", known.holds_pictures))
                if works is not None
            },
        ),
    ]
    lines = []
    for name, kind, told, series in families:
        full = f"sightline_engine_{name}"
        lines += [f"# HELP {full} {told}", f"# TYPE {full} {kind}"]
        lines += [f"{full}{labels} {value}" for labels, value in series.items()]
    return "\n".join(lines) + "\n"
