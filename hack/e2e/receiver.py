"""Is called by an Alertmanager, and writes down every alert that it is told of, a line each.

usage: receiver.py PORT FILE
"""

import http.server
import json
import sys

port, file = int(sys.argv[1]), sys.argv[2]


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(file, "a", encoding="utf-8") as out:
            for alert in call["alerts"]:
                out.write(json.dumps(alert) + "\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing: the file tells all."""


http.server.ThreadingHTTPServer(("", port), Receiver).serve_forever()
