"""Proves that a notebook works: a kernel of JupyterLab executes a cell, and Spark's executors answer it.

The token of JupyterLab comes from JUPYTER_TOKEN. The kernel that it starts, it shuts down.
"""

import argparse
import contextlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

from proofkit import POD, Failure, check, run

ROWS = 100_000
# The name of the proof's sessions. One that is older than any proof may run was left behind by one that was killed.
NAME = "sparkwiz-proof"
LEFTOVER_SECONDS = 1800
# What the cell prints before its answer: Spark and its packages may print as well.
MARK = "sparkwiz-proof: "

# What the kernel executes. It finds Spark as every notebook does. It looks for the port first, as the client itself retries for
# minutes without a word. Each task says which pod it runs in, so that the rows themselves prove that executors computed them.
CELL = f"""
import json, os, socket, time
if not os.environ.get("SPARK_REMOTE"):
    raise RuntimeError("SPARK_REMOTE is not set, so no notebook finds Spark")
host, _, port = os.environ["SPARK_REMOTE"].split("/")[2].partition(":")
deadline = time.monotonic() + 60
while True:
    try:
        socket.create_connection((host, int(port or 15002)), timeout=5).close()
        break
    except OSError as e:
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing answers at {{host}}:{{port}} after 60 s: {{e}}") from None
        time.sleep(1)

from pyspark.sql import SparkSession, functions as f
spark = SparkSession.builder.getOrCreate()
try:
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    answer = (
        spark.range(0, {ROWS}, 1, 8)
        .select("id", f.expr({POD!r}).alias("pod"))
        .groupBy((f.col("id") % 5).alias("remainder"))
        .agg(f.count("*").alias("numbers"), f.sum("id").alias("total"), f.collect_set("pod").alias("pods"))
        .orderBy("remainder")
        .toPandas()
    )
    print("{MARK}" + json.dumps({{
        "spark": spark.version,
        "rows": answer[["remainder", "numbers", "total"]].values.tolist(),
        "pods": sorted({{pod for pods in answer["pods"] for pod in pods}}),
    }}))
finally:
    spark.stop()
"""


class Proof:
    def __init__(self, url, token, timeout):
        self.url, self.token, self.timeout = url.rstrip("/"), token, timeout
        self.session = None

    def login(self):
        """Both halves matter: a server that takes the token may still take everybody."""
        version = self.wait()["version"]
        try:
            self.call("GET", "/api/sessions", token=False)
        except urllib.error.HTTPError as e:
            check(e.code == 403, f"a visitor without the token gets the answer {e.code}, not 403")
        else:
            raise Failure(f"{self.url} lets everybody in: it answers without the token")
        for session in self.call("GET", "/api/sessions"):
            if self.left_behind(session["path"]):
                self.delete(session["id"])
        return {"says": f"Jupyter Server {version} refuses visitors and takes the token"}

    def wait(self):
        """Asks for the version, the one thing that needs no token, until the server is up."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.call("GET", "/api", token=False)
            except OSError as e:
                if time.monotonic() > deadline:
                    raise Failure(f"JupyterLab does not answer at {self.url} after 60 s: {e}") from None
                time.sleep(1)

    def kernel(self):
        name = f"{NAME}-{int(time.time())}-{secrets.token_hex(4)}"
        # A session is what a notebook has: a kernel with a name, by which a later proof finds one that was left behind.
        wanted = {"path": name, "name": name, "type": "console", "kernel": {"name": "python3"}}
        self.session = self.call("POST", "/api/sessions", wanted)
        return {"says": f"kernel {self.session['kernel']['id']}"}

    def cell(self):
        answer = self.execute(CELL)
        rows = answer["rows"]
        want = [[k, ROWS // 5, sum(range(k, ROWS, 5))] for k in range(5)]
        check(rows == want, f"the cell answered {rows}, not {want}")
        executors = answer["pods"]
        check(executors, "the cell's query was not computed by executor pods; the driver did it alone")
        return {
            "says": f"{ROWS} numbers added up by {' and '.join(executors)}, Spark {answer['spark']}",
            "columns": ["remainder", "numbers", "total"],
            "rows": rows,
            "executors": executors,
        }

    def shutdown(self):
        kernel = self.session["kernel"]["id"]
        self.end()
        check(kernel not in [k["id"] for k in self.call("GET", "/api/kernels")], f"kernel {kernel} runs on after it was shut down")
        return {"says": f"kernel {kernel} is gone"}

    def execute(self, code):
        """Runs code in the kernel and returns what it printed after MARK. The messages are those of Jupyter's protocol 5."""
        import websocket  # Jupyter servers bring it along; whoever only tests this script may lack it.

        check(self.session, "there is no kernel: name the step kernel first")
        address = f"ws{self.url.removeprefix('http')}/api/kernels/{self.session['kernel']['id']}/channels?session_id={NAME}"
        deadline = time.monotonic() + self.timeout
        mine = secrets.token_hex(8)
        request = {
            "channel": "shell",
            "header": {"msg_id": mine, "msg_type": "execute_request", "session": NAME, "username": NAME, "version": "5.3", "date": ""},
            "parent_header": {},
            "metadata": {},
            "content": {"code": code, "silent": False, "store_history": False, "allow_stdin": False, "user_expressions": {}},
        }
        printed = ""
        try:
            channel = websocket.create_connection(address, timeout=60, header=[f"Authorization: token {self.token}"])
            with contextlib.closing(channel):
                channel.send(json.dumps(request))
                while True:
                    channel.settimeout(max(0.1, deadline - time.monotonic()))
                    message = json.loads(channel.recv() or "{}")
                    text, over = hear(message, mine)
                    printed += text
                    if over:
                        return answer(printed)
        except websocket.WebSocketTimeoutException:
            raise Failure(f"the cell did not end within {self.timeout} s") from None
        except websocket.WebSocketException as e:
            raise Failure(f"JupyterLab closed the connection to the kernel: {e}") from None

    def call(self, method, path, body=None, token=True):
        request = urllib.request.Request(self.url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"token {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.loads(reply.read() or "null")
        except urllib.error.HTTPError as e:
            if token and e.code == 403:
                raise Failure(
                    f"{self.url} refuses the token in its Secret: it was changed after the server had read it, or is another server's"
                ) from None
            raise

    def left_behind(self, path):
        name, _, rest = path.partition(f"{NAME}-")
        stamp = rest.partition("-")[0]
        return not name and stamp.isdigit() and time.time() - int(stamp) > LEFTOVER_SECONDS

    def delete(self, session):
        """Again and again for a while: a kernel that died is being restarted, and in that moment the server answers 500."""
        for patience in (1, 2, 4, 0):
            try:
                return self.call("DELETE", f"/api/sessions/{session}")
            except urllib.error.HTTPError as e:
                if e.code in (404, 410):  # Somebody was faster.
                    return None
                if e.code < 500 or not patience:
                    raise
                time.sleep(patience)

    def end(self):
        session, self.session = self.session, None
        if session:
            self.delete(session["id"])

    def close(self):
        with contextlib.suppress(Exception):
            self.end()


def hear(message, mine):
    """What one message of a kernel means: text that the cell printed, and whether the cell has ended."""
    kind = message.get("msg_type") or message.get("header", {}).get("msg_type")
    content = message.get("content", {})
    if kind == "status" and content.get("execution_state") in ("restarting", "dead", "autorestarting"):
        raise Failure("the kernel died while it executed the cell; too little memory is the usual cause")
    if message.get("parent_header", {}).get("msg_id") != mine:
        return "", False
    if kind == "stream" and content.get("name") == "stdout":
        return content["text"], False
    if kind == "error" or (kind == "execute_reply" and content.get("status") != "ok"):
        raise Failure(failed(content))
    # The kernel says that it is idle after all that the cell printed or raised. The reply comes another way and may be late.
    return "", kind == "status" and content.get("execution_state") == "idle"


def failed(content):
    """A cell's exception in its own words, with its root cause, without plans and stack traces. gRPC says what matters below."""
    lines = [line.strip() for line in str(content.get("evalue") or "").splitlines()]
    causes = [line for line in lines if line.startswith(("Caused by:", "details ="))]
    said = f"{content.get('ename') or 'the cell was ' + str(content.get('status'))}: {lines[0] if lines else ''}"
    return "\n".join([said, *causes[-1:]])


def answer(printed):
    lines = [line.removeprefix(MARK) for line in printed.splitlines() if line.startswith(MARK)]
    check(len(lines) == 1, f"the cell ended without an answer; it printed {printed[-300:]!r}")
    return json.loads(lines[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="http://host:port of JupyterLab")
    parser.add_argument("--timeout", type=int, default=300, help="seconds that the cell may take")
    parser.add_argument("steps", nargs="+", help="login kernel cell shutdown")
    args = parser.parse_args()
    proof = Proof(args.url, os.environ.get("JUPYTER_TOKEN", "").strip(), args.timeout)
    steps = {"login": proof.login, "kernel": proof.kernel, "cell": proof.cell, "shutdown": proof.shutdown}
    return run(args.steps, steps, proof.close)


if __name__ == "__main__":
    sys.exit(main())
