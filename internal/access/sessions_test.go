package access

import "testing"

// The pages are what Spark 3.5.7 and 4.1.4 answer, cut to the part that counts.
func TestCountSessions(t *testing.T) {
	tests := map[string]struct {
		status int
		page   string
		want   int
		fails  bool
	}{
		"one":          {200, "<h4>\n          1\n          session(s) are online,\n          running\n          0\n          Request(s)\n        </h4>", 1, false},
		"none":         {200, "<h4> 0 session(s) are online, running 0 Request(s) </h4>", 0, false},
		"many":         {200, "<h4>120\n session(s) are online,", 120, false},
		"another page": {200, "<h1>Spark Jobs</h1>", 0, true},
		"not found":    {404, "1 session(s) are online", 0, true},
	}
	for name, tt := range tests {
		if got, err := count(tt.status, []byte(tt.page)); got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}
