package host

import (
	"fmt"
	"strings"
)

// tables is the output of iptables-save, by table.
type tables struct {
	order  []string
	chains map[string][]string
	rules  map[string][]string
}

func parse(saved string) tables {
	t := tables{chains: map[string][]string{}, rules: map[string][]string{}}
	var table string
	for line := range strings.Lines(saved) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "*"):
			table = line[1:]
			t.order = append(t.order, table)
		case strings.HasPrefix(line, ":"):
			chain, _, _ := strings.Cut(line[1:], " ")
			t.chains[table] = append(t.chains[table], chain)
		case strings.HasPrefix(line, "-A "):
			t.rules[table] = append(t.rules[table], line)
		}
	}
	return t
}

// removal is the script for iptables-restore that deletes the chains that
// ours accepts, and the rules elsewhere that jump to them; "" for nothing.
func removal(saved string, ours func(table, chain string) bool) string {
	t := parse(saved)
	var script strings.Builder
	for _, table := range t.order {
		var jumps, flushes, deletes strings.Builder
		for _, rule := range t.rules[table] {
			chain := strings.Fields(rule)[1]
			if target := target(rule); target != "" && ours(table, target) && !ours(table, chain) {
				fmt.Fprintf(&jumps, "-D %s\n", strings.TrimPrefix(rule, "-A "))
			}
		}
		for _, chain := range t.chains[table] {
			if ours(table, chain) {
				fmt.Fprintf(&flushes, "-F %s\n", chain)
				fmt.Fprintf(&deletes, "-X %s\n", chain)
			}
		}
		if body := jumps.String() + flushes.String() + deletes.String(); body != "" {
			fmt.Fprintf(&script, "*%s\n%sCOMMIT\n", table, body)
		}
	}
	return script.String()
}

// target is the chain that a rule jumps or goes to. Comments are quoted when
// they hold blanks, and come before the target, so the last -j or -g counts.
func target(rule string) string {
	f := strings.Fields(rule)
	for i := len(f) - 2; i >= 0; i-- {
		if f[i] == "-j" || f[i] == "-g" {
			return f[i+1]
		}
	}
	return ""
}
