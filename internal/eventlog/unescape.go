package eventlog

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// plain is what a string of JSON says. Most have no escapes, and are valid.
func plain(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw)
	}
	return unescape(raw)
}

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
