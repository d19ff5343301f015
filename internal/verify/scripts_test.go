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
