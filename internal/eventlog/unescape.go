package eventlog

import (
	"encoding/json"
	"strings"
)

// unescape is what a JSON string says. One that is not valid keeps its bytes, but none that a terminal would act upon.
func unescape(raw []byte) string {
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(append(append(quoted, '"'), raw...), '"')
	var text string
	if json.Unmarshal(quoted, &text) == nil {
		return text
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}
