package otlp

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"
)

// hash is the same for the same words, and for no others: each is told with its length.
func (b *Builder) hash(kind string, numbers ...int64) [sha256.Size]byte {
	text := fmt.Sprintf("%q %q %s", b.app.ID, b.app.Attempt, kind)
	for _, n := range numbers {
		text += " " + strconv.FormatInt(n, 10)
	}
	return sha256.Sum256([]byte(text))
}

// traceID is the trace of the whole application, or of the query, job or stage that is one by itself.
func (b *Builder) traceID(kind string, number int64) []byte {
	if b.unit == PerApplication {
		return b.applicationPlace().trace
	}
	sum := b.hash("trace "+kind, number)
	return sum[:16]
}

func (b *Builder) spanID(kind string, numbers ...int64) []byte {
	sum := b.hash("span "+kind, numbers...)
	return sum[:8]
}

func (b *Builder) applicationPlace() place {
	sum := b.hash("trace application")
	return place{sum[:16], b.spanID("application")}
}

// begin makes a span without an end. One that begins a trace of its own is linked to the application's.
func (b *Builder) begin(at place, parent []byte, name string, start int64) *trace.Span {
	b.seen(start)
	span := &trace.Span{
		TraceId: at.trace, SpanId: at.span, ParentSpanId: parent, Name: name, Kind: trace.Span_SPAN_KIND_INTERNAL,
		StartTimeUnixNano: nanos(start), Status: &trace.Status{},
	}
	if app := b.applicationPlace(); parent == nil && !bytes.Equal(at.span, app.span) {
		a := attributes{}.text("spark.link", "application")
		span.Links = append(span.Links, &trace.Span_Link{TraceId: app.trace, SpanId: app.span, Attributes: a})
	}
	return span
}

// end hands the span out. A clock that was set back may have it end before it starts, which no backend understands.
func (b *Builder) end(span *trace.Span, at int64) {
	b.seen(at)
	span.EndTimeUnixNano = max(nanos(at), span.StartTimeUnixNano)
	b.finished = append(b.finished, span)
}

func (b *Builder) seen(at int64) { b.last = max(b.last, at) }

// fail marks a span as an error, with Spark's words.
func fail(span *trace.Span, failed bool, reason string) {
	if !failed {
		return
	}
	span.Status = &trace.Status{Code: trace.Status_STATUS_CODE_ERROR, Message: clip(reason)}
	span.Attributes = attributes(span.Attributes).text("error.type", errorType(reason))
}

// errorType is the class of the exception that a reason names, as OpenTelemetry's error.type wants it: few different values.
func errorType(reason string) string {
	for _, word := range strings.FieldsFunc(reason, func(r rune) bool { return strings.ContainsRune(" \t\n:,()'\"", r) }) {
		if strings.Contains(word, ".") && (strings.HasSuffix(word, "Exception") || strings.HasSuffix(word, "Error")) {
			return word
		}
	}
	return "_OTHER"
}

// nanos turns Spark's milliseconds into nanoseconds. Times before 1970 are none.
func nanos(ms int64) uint64 { return uint64(max(ms, 0)) * 1e6 }

// longestText is the number of bytes of a text that a span keeps: a reason of a failure has whole stack traces, and backends
// refuse spans that are too large.
const longestText = 4000

// clip cuts a text that is too long, between two characters, and replaces what is no UTF-8, which OTLP refuses.
func clip(text string) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= longestText {
		return text
	}
	cut := longestText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// longestName is the number of characters in the name of a span that still fits on a screen.
const longestName = 80

// oneLine is what the name of a span may have of a text.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(clip(text)), " ")
	if runes := []rune(text); len(runes) > longestName {
		return string(runes[:longestName]) + "…"
	}
	return text
}

// connect begins Spark's description of what a Connect client has asked for: the session and the plan, in the text form of
// protocol buffers, cut off after some lines.
const connect = "Spark Connect - session_id: "

// title is what the name of a span says of a description. A plan of Connect's is named by its outermost operator, since names
// should be few; the session is an attribute.
func title(text string) string {
	plan, ok := strings.CutPrefix(text, connect)
	if !ok {
		return oneLine(text)
	}
	for line := range strings.Lines(plan) {
		word, opens := strings.CutSuffix(strings.TrimSpace(line), " {")
		if opens && !slices.Contains([]string{"plan", "root", "common", "command"}, word) {
			return "Spark Connect: " + oneLine(word)
		}
	}
	return "Spark Connect"
}

// session is the ID of the Connect session that a description names, empty without.
func session(text string) string {
	rest, ok := strings.CutPrefix(text, connect+`"`)
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// number reads what Spark writes as text.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
