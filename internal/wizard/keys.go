package wizard

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// hint is one entry of the line of keys. Only keys that every terminal sends
// are used.
type hint struct{ key, does string }

// keysLine shows what can be pressed now. What does not fit is left out from
// the end; how to leave always stays.
func (m *model) keysLine() string {
	hints := m.hints()
	last := hints[len(hints)-1]
	width := m.width - 2
	used := ansi.StringWidth(last.key + " " + last.does)
	var parts []string
	for _, h := range hints[:len(hints)-1] {
		w := ansi.StringWidth(h.key+" "+h.does) + 2
		if used+w > width {
			break
		}
		used += w
		parts = append(parts, h.String())
	}
	return " " + strings.Join(append(parts, last.String()), "  ")
}

func (h hint) String() string { return strong.Render(h.key) + " " + dim.Render(h.does) }

func (m *model) hints() []hint {
	quit := hint{"ctrl+c", "quit"}
	if m.reading {
		return []hint{{"↑↓", "scroll"}, {"esc", "close"}, quit}
	}
	switch m.screen {
	case asking:
		return append(m.askingHints(), hint{"ctrl+s", "save"}, quit)
	case reviewing:
		enter := hint{"enter", "change"}
		if m.review.at == len(m.asked()) {
			enter.does = "go on"
		}
		return []hint{{"↑↓", "choose"}, enter, {"esc", "back"}, {"p", "plan"}, {"ctrl+s", "save"}, quit}
	case confirming:
		return []hint{{"↑↓", "choose"}, {"enter", "do it"}, {"esc", "back"}, {"p", "plan"}, {"ctrl+s", "save"}, quit}
	case working:
		stop := hint{"ctrl+c", "stop"}
		if m.stopping {
			stop.does = "leave at once"
		}
		return []hint{{"l", "log"}, stop}
	case failed:
		return []hint{{"r", "try again"}, {"b", "change answers"}, {"l", "log"}, {"enter", "leave"}}
	default:
		return []hint{{"↑↓", "scroll"}, {"l", "log"}, {"enter", "leave"}}
	}
}

func (m *model) askingHints() []hint {
	f := m.form.focused()
	back := hint{"shift+tab", "back"}
	if f.typing() {
		return []hint{{"enter", "next"}, back, {"ctrl+g", "why"}, {"ctrl+p", "plan"}}
	}
	choose := hint{"↑↓", "choose"}
	if _, ok := f.(*yesNo); ok {
		choose = hint{"←→", "choose"}
	}
	return []hint{choose, {"enter", "next"}, back, {"?", "why"}, {"p", "plan"}}
}
