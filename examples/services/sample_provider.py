"""A SAMPLE provider on loopback, for docs/adding-a-service.md. Its prices are made up.

python examples/services/sample_provider.py [PORT]
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

PORT = 8090
PRICES = {"onion": 2400, "potato": 1650, "tomato": 3100}


class Prices(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        crop = unquote(urlsplit(self.path).path.rpartition("/")[2]).lower()
        if crop in PRICES:
            record = {"modal": PRICES[crop], "market": "SAMPLE", "date": "23/11/2026"}
            self._say(200, {"records": [record]})
        else:
            self._say(404, {"error": "no such crop"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """What people ask for is nobody's to write down."""

    def _say(self, status: int, body: object) -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)


def server(port: int = PORT) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", port), Prices)


if __name__ == "__main__":
    server(int(sys.argv[1]) if len(sys.argv) > 1 else PORT).serve_forever()
