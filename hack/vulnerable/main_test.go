package main

import (
	"strings"
	"testing"
	"time"
)

// answer is govulncheck's own form: one vulnerability that is called, by two ways and in two modules, one that is imported only.
const answer = `{"config":{"protocol_version":"v1.0.0"}}
{"osv":{"id":"GO-2026-0002","summary":"it fails"}}
{"finding":{"osv":"GO-2026-0001","trace":[{"module":"example.com/imported","version":"v1.0.0","package":"example.com/imported"}]}}
{"finding":{"osv":"GO-2026-0002","fixed_version":"v1.2.0","trace":[{"module":"example.com/a","version":"v1.1.0"}]}}
{"finding":{"osv":"GO-2026-0002","fixed_version":"v1.2.0","trace":[{"module":"example.com/a","version":"v1.1.0","package":"example.com/a","function":"Parse"},{"module":"ours","package":"ours/cli","function":"main"}]}}
{"finding":{"osv":"GO-2026-0002","fixed_version":"v1.2.0","trace":[{"module":"example.com/a","version":"v1.1.0","package":"example.com/a","function":"Parse"},{"module":"ours","package":"ours/web","function":"Serve"}]}}
{"finding":{"osv":"GO-2026-0002","trace":[{"module":"stdlib","version":"v1.26.8","package":"net/http","function":"Serve"},{"module":"ours","package":"ours/web","function":"Serve"}]}}
`

func TestJudge(t *testing.T) {
	found, err := calls(strings.NewReader(answer), "root")
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	excuse := exception{"GO-2026-0002", []string{"stdlib", "example.com/a"}, "nobody can send it anything", "2026-12-31"}
	one, elsewhere, late := excuse, excuse, excuse
	one.Paths, elsewhere.Paths, late.Expires = excuse.Paths[1:], []string{"example.com/b"}, "2026-11-26"
	for name, tt := range map[string]struct {
		exceptions []exception
		fine       bool
		says       string
	}{
		"nobody excuses it":        {nil, false, "example.com/a v1.1.0, fixed in v1.2.0; ours/cli.main calls it\n  FAULT"},
		"excused":                  {[]exception{excuse}, true, "excused until 2026-12-31, nobody can send it anything"},
		"excused for one of two":   {[]exception{one}, false, "stdlib v1.26.8, no version fixes it; ours/web.Serve calls it\n  FAULT"},
		"excused for another":      {[]exception{elsewhere}, false, "nothing needs the exception GO-2026-0002 of example.com/b"},
		"the exception is no more": {[]exception{late}, false, "has run out on 2026-11-26"},
	} {
		var out strings.Builder
		fine := answers{tt.exceptions, found}.judge(&out, time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC))
		if fine != tt.fine || !strings.Contains(out.String(), tt.says) {
			t.Errorf("%s: fine is %t with\n%s", name, fine, out.String())
		}
	}
	if _, err := calls(strings.NewReader(`{"finding":`), "root"); err == nil {
		t.Error("half an answer is an answer")
	}
}
