package eventlog

import (
	"bytes"
	"strconv"
)

// scanner walks over one line of JSON without building anything: fields that nobody asked for are stepped over. It never looks
// beyond the line, and marks the line as bad instead of guessing. Most bytes of a log are strings and lists to skip, so those
// are searched for their end with IndexByte, which compares many bytes at once; encoding/json looks at each.
type scanner struct {
	b     []byte
	i     int
	bad   bool
	names map[string]Ops // what nodes of plans do, for the whole log; may be nil
}

// deepest is how far containers may be nested: hostile lines must not exhaust the stack.
const deepest = 4096

// peek is the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		c := s.b[s.i]
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
		s.i++
	}
	return 0
}

// take steps over one byte that must be there.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		s.bad = true
		return false
	}
	s.i++
	return true
}

// raw steps over a string and returns what is between its quotes, escapes as they are.
func (s *scanner) raw() []byte {
	if !s.take('"') {
		return nil
	}
	from := s.i
	for {
		n := bytes.IndexByte(s.b[s.i:], '"')
		if n < 0 {
			s.i, s.bad = len(s.b), true
			return nil
		}
		s.i += n + 1
		escapes := 0
		for j := s.i - 2; j >= from && s.b[j] == '\\'; j-- {
			escapes++
		}
		if escapes%2 == 0 {
			return s.b[from : s.i-1]
		}
	}
}

// text is the next value as a string: without escapes, and empty when it is something else than a string.
func (s *scanner) text() string {
	if s.peek() != '"' {
		s.skip()
		return ""
	}
	return plain(s.raw())
}

// number is the next value as a whole number: 0 for what is none, and the whole part of a fraction. Spark writes some counts
// as strings.
func (s *scanner) number() int64 {
	c := s.peek()
	if c == '"' {
		raw := s.raw()
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	if c != '-' && (c < '0' || c > '9') {
		s.skip()
		return 0
	}
	negative := c == '-'
	if negative {
		s.i++
	}
	var n int64
	digits := 0
	for s.i < len(s.b) {
		d := s.b[s.i] - '0'
		if d > 9 {
			break
		}
		n = n*10 + int64(d)
		digits++
		s.i++
	}
	if digits > 18 { // It may not fit: a size of an exabyte is no measurement.
		n = 0
	}
	if s.i < len(s.b) && (s.b[s.i] == '.' || s.b[s.i]|0x20 == 'e') {
		s.word()
	}
	if negative {
		return -n
	}
	return n
}

// truth is the next value as true or false; everything else is false.
func (s *scanner) truth() bool {
	if s.peek() != 't' {
		s.skip()
		return false
	}
	s.word()
	return true
}

// word steps over a number, true, false or null.
func (s *scanner) word() {
	from := s.i
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ',', '}', ']', ' ', '\t', '\r', '\n', ':', '"', '{', '[':
			s.bad = s.bad || s.i == from
			return
		}
		s.i++
	}
	s.bad = s.bad || s.i == from
}

// skip steps over any value.
func (s *scanner) skip() {
	switch s.peek() {
	case '"':
		s.raw()
	case '{', '[':
		s.container()
	default:
		s.word()
	}
}

// container steps over an object or a list by counting brackets outside of strings.
func (s *scanner) container() {
	depth := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			s.raw()
			if s.bad {
				return
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				s.i++
				return
			}
		}
		s.i++
	}
	s.bad = true
}

// fields calls visit with each key of an object, which must step over the value. Something else than an object has none.
func (s *scanner) fields(visit func(key []byte)) {
	if s.enter() {
		s.members(visit)
	}
}

// enter steps into an object that has members; everything else it steps over.
func (s *scanner) enter() bool {
	if s.peek() != '{' {
		s.skip()
		return false
	}
	s.i++
	if s.peek() == '}' {
		s.i++
		return false
	}
	return true
}

// members is fields from a key on.
func (s *scanner) members(visit func(key []byte)) {
	for !s.bad {
		key := s.raw()
		if s.bad || !s.take(':') {
			return
		}
		at := s.i
		visit(key)
		if s.i == at { // A visitor that forgot to step would loop for ever.
			s.bad = true
		}
		if s.bad || !s.more('}') {
			return
		}
	}
}

// items calls visit for each value of a list.
func (s *scanner) items(visit func()) {
	if s.peek() != '[' {
		s.skip()
		return
	}
	s.i++
	if s.peek() == ']' {
		s.i++
		return
	}
	for !s.bad {
		at := s.i
		visit()
		if s.i == at {
			s.bad = true
		}
		if s.bad || !s.more(']') {
			return
		}
	}
}

// more steps over a comma, or over the end.
func (s *scanner) more(end byte) bool {
	switch s.peek() {
	case ',':
		s.i++
		s.peek()
		return true
	case end:
		s.i++
		return false
	}
	s.bad = true
	return false
}

// numbers is a list of whole numbers.
func (s *scanner) numbers() []int {
	var all []int
	s.items(func() { all = append(all, int(s.number())) })
	return all
}

// texts is an object whose values are strings.
func (s *scanner) texts() map[string]string {
	all := map[string]string{}
	s.fields(func(key []byte) {
		all[plain(key)] = s.text()
	})
	return all
}
