package verify

import (
	"os/exec"
	"testing"
)

// The scripts run in other people's images; here it is seen that they are Python, and what their helpers say.
func TestScripts(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	programs := map[string]string{
		"root cause": `import proofkit
said = proofkit.explain(ValueError("what\n\tat a.b\nCaused by: one\n\tat c\nCaused by: two\n\tat d"))
assert said == "ValueError: what\nCaused by: two", said
assert proofkit.explain(proofkit.Failure("plain")) == "plain"
assert proofkit.explain(KeyError()) == "KeyError: "`,
		"token": `import os, proofkit
os.environ.pop("SPARK_CONNECT_TOKEN", None)
assert proofkit.with_token("sc://x:1") == "sc://x:1"
os.environ["SPARK_CONNECT_TOKEN"] = "t"
assert proofkit.with_token("sc://x:1") == "sc://x:1/;authorization=Bearer%20t"`,
		"leftovers": `import spark, time
class Row:
    def __init__(self, name): self.tableName = name
p = spark.Proof("sc://x:1", "lake", "")
ran, old, new = [], int(time.time()) - 7200, int(time.time())
p.sql = lambda text: ran.append(text) or [Row(n) for n in (f"t_{old}_ab", f"t_{new}_cd", "t_mine", "other", "t_")]
p.drop_leftovers()
assert ran[1:] == [f"DROP TABLE IF EXISTS lake.sparkwiz_proof.t_{old}_ab PURGE"], ran`,
		"kernel": `import jupyter, proofkit
def message(kind, parent="me", **content): return {"msg_type": kind, "parent_header": {"msg_id": parent}, "content": content}
def refuses(said, what, *given):
    try: what(*given)
    except proofkit.Failure as e: assert str(e) == said, e
    else: assert False, f"no failure: {said}"
hear = lambda m: jupyter.hear(m, "me")
assert hear(message("stream", name="stdout", text="1")) == ("1", False)
assert hear(message("stream", name="stderr", text="1")) == ("", False)
assert hear(message("stream", "another", name="stdout", text="1")) == ("", False)
assert hear(message("status", execution_state="busy")) == ("", False)
assert hear(message("execute_reply", status="ok")) == ("", False)
assert hear(message("status", "another", execution_state="idle")) == ("", False)
assert hear(message("status", execution_state="idle")) == ("", True)
refuses("the kernel died while it executed the cell; too little memory is the usual cause", hear, {"msg_type": "status", "content": {"execution_state": "restarting"}})
refuses("E: what\nCaused by: two", hear, message("error", ename="E", evalue="what\n\tat a.b\nCaused by: one\nCaused by: two\n\tat d"))
refuses("E: <RPC\ndetails = \"no token\"", hear, message("error", ename="E", evalue="<RPC\n\tdetails = \"no token\"\n>"))
refuses("the cell was aborted: ", hear, message("execute_reply", status="aborted"))
assert jupyter.answer("warning\nsparkwiz-proof: {\"rows\": []}\n") == {"rows": []}
refuses("the cell ended without an answer; it printed 'x'", jupyter.answer, "x")`,
		"kernels left behind": `import jupyter, time
left = jupyter.Proof("http://x:1", "t", 1).left_behind
assert left("sparkwiz-proof-1700000000-ab")
assert not left(f"sparkwiz-proof-{int(time.time())}-ab") and not left("mine.ipynb") and not left("my-sparkwiz-proof-1700000000-ab") and not left("sparkwiz-proof-")`,
		"rows of tasks": `import airflow
said = airflow.table([{"task_id": "a", "state": "failed", "hostname": "p", "duration": 1.26}, {"task_id": "b", "state": "upstream_failed", "hostname": "", "duration": None}])
assert said["rows"] == [["a", "failed", "p", 1.3], ["b", "upstream_failed", "–", 0]], said
assert airflow.last_line("Traceback\n  x\nKeyError: 'y'\n\n") == "KeyError: 'y'"
assert airflow.last_line("") == ""`,
		"runs are taken away": `import airflow
a, asked = airflow.Airflow("http://x:1", "admin", "p", True), []
def call(method, path, body=None):
    asked.append(f"{method} {path} {body}" if body else f"{method} {path}")
    if "order_by" in path: return 200, {"dag_runs": [{"dag_run_id": airflow.PREFIX + "1", "state": "failed"}, {"dag_run_id": airflow.PREFIX + "2", "state": "running"}, {"dag_run_id": "manual__1", "state": "failed"}]}
    return 200, {"is_paused": True}
a.call = call
a.drop_leftovers()
assert [x for x in asked if x.startswith("DELETE")] == [f"DELETE /api/v2/dags/{d}/dagRuns/{airflow.PREFIX}1" for d in ("samples", "daily_sales")], asked
name = a.trigger("samples", {})
asked.clear(); a.close()
assert asked == ["PATCH /api/v2/dags/samples?update_mask=is_paused {'is_paused': True}", f"DELETE /api/v2/dags/samples/dagRuns/{name}"], asked`,
		"a log that comes later": `import airflow
a, texts = airflow.Airflow("http://x:1", "admin", "p", True), ["nothing yet", "s3://b/log of the task"]
airflow.time.sleep = lambda s: None
a.log = lambda *_: texts.pop(0)
assert a.kept_log("d", "r", "t", 1) == "s3://b/log of the task"
now = iter([0, 1, 61])
airflow.time.monotonic = lambda: next(now)
a.log = lambda *_: "nothing yet"
try: a.kept_log("d", "r", "t", 1)
except airflow.Failure as f: assert "nothing yet" in str(f)
else: raise AssertionError`,
		"what a validation says": `import os, stat, sys, tempfile, proofkit, validation
def program(text):
    f = tempfile.NamedTemporaryFile("w", suffix=".py", delete=False); f.write(text); f.close(); return f.name
os.environ["SPARK_CONNECT_TOKEN"] = "t"
good = program("import os, json; assert os.environ['SPARK_REMOTE'] == 'sc://x:1/;authorization=Bearer%20t'; print('chatter'); print(json.dumps({'event': 'self_test', 'suite': 's', 'sample_rows': 'passed', 'broken': 'b', 'holds': True}))")
bad = program("import sys; print('why', file=sys.stderr); sys.exit(3)")
silent = program("")
said = validation.Validation(good, "sc://x:1").self_test()
assert said["rows"] == [["s", "passed", "b", "found"]], said
for broken, word in ((bad, "ended with 3: why"), (silent, "ended with 0")):
    try: validation.Validation(broken, "sc://x:1").self_test()
    except proofkit.Failure as f: assert word in str(f), f
    else: raise AssertionError(broken)
for p in (good, bad, silent): os.remove(p)`,
	}
	for _, c := range catalogue() {
		programs[c.name+" compiles"] = `compile(open("` + c.script + `").read(), "` + c.script + `", "exec")`
	}
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(python, "-B", "-c", program)
			cmd.Dir = "scripts"
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
