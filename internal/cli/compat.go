package cli

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/compat"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func (a *app) compatCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compat",
		Short: "Show which versions go together, and why others do not",
		Long: "Prints, for each line of Spark, the versions of everything else that go with it. docs/compatibility.md has the same with reasons and sources.\n\n" +
			"sparkwiz compat why judges versions that you name.",
		Example: "  sparkwiz compat\n  sparkwiz compat -o json\n  sparkwiz compat why spark@4.1.0 rapids@26.10.0",
		Args:    noArgs,
		// As in newRoot; it is not inherited.
		SuggestionsMinimumDistance: 2,
		RunE: func(*cobra.Command, []string) error {
			t, err := compat.Load()
			if err != nil {
				return err
			}
			view := matrix{Lines: t.Lines(), Refused: t.RefusedVersions()}
			return a.print(view, func(io.Writer) { a.writeMatrix(view) }, func(w io.Writer) { writeCompatibility(w, t) })
		},
	}
	cmd.AddCommand(a.compatWhyCommand())
	return cmd
}

func (a *app) compatWhyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "why COMPONENT@VERSION COMPONENT@VERSION…",
		Short: "Judge versions: do they go together, why, and what is nearest that does",
		Long: "Judges two or more versions, each written component@version. Versions may say more than is needed: java@17.0.15, kubernetes@v1.33.4+k3s1.\n\n" +
			"Exit status 0: they go together. 3: they do not, and the nearest combination that does is named. 2: there is a component or a version that the table " +
			"does not know, which is never taken for a yes.",
		Example: "  sparkwiz compat why spark@4.1.0 rapids@26.10.0\n" +
			"  sparkwiz compat why spark@3.5.7 iceberg@1.12.0 java@11\n" +
			"  sparkwiz compat why spark@4.1.4 python@3.12 -o json",
		ValidArgsFunction: completePins,
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := compat.Load()
			if err != nil {
				return err
			}
			pins, err := readPins(t, args)
			if err != nil {
				return err
			}
			j := t.Judge(pins...)
			if len(j.Unknown) > 0 {
				return fault.Wrap(errors.Join(j.Unknown...), fault.Usage, "cannot judge", whyHint)
			}
			if err := a.print(j, func(w io.Writer) { writeJudgement(w, j) }, nil); err != nil {
				return err
			}
			if j.Verdict != compat.Together {
				return fault.Wrap(errSilent, fault.Faults, "", "")
			}
			return nil
		},
	}
}

const whyHint = "sparkwiz compat why spark@4.1.4 iceberg@1.12.0"

// readPins reads all words and reports everything that is wrong with them. The
// hint is the same command with what was probably meant.
func readPins(t *compat.Table, words []string) ([]compat.Pin, error) {
	if len(words) < 2 {
		return nil, fault.New(fault.Usage, "name at least two versions, each as component@version", whyHint)
	}
	var pins []compat.Pin
	var faults []error
	better := []string{"sparkwiz", "compat", "why"}
	for _, word := range words {
		p, err := compat.ParsePin(word)
		if err == nil {
			p, err = t.Resolve(p)
		}
		if err != nil {
			faults = append(faults, err)
		}
		if unknown, ok := errors.AsType[*compat.UnknownError](err); ok && unknown.Near != (compat.Pin{}) {
			p = unknown.Near
		}
		pins = append(pins, p)
		better = append(better, p.String())
	}
	if len(faults) == 0 {
		return pins, nil
	}
	hint := strings.Join(better, " ")
	if slices.ContainsFunc(pins, func(p compat.Pin) bool { _, err := t.Resolve(p); return err != nil }) {
		hint = "sparkwiz compat   # all components and versions"
	}
	return nil, fault.Wrap(errors.Join(faults...), fault.Usage, "cannot judge", hint)
}

// completePins offers the components, and after the @ the versions of one.
func completePins(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	t, err := compat.Load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	name, _, named := strings.Cut(word, "@")
	var all []string
	for _, c := range t.Components() {
		if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, c.Name+"@") }) {
			continue // One version of each.
		}
		if !named {
			all = append(all, cobra.CompletionWithDesc(c.Name+"@", c.Title))
		}
		for _, v := range slices.Backward(c.Versions) {
			if named && name == c.Name {
				all = append(all, c.Name+"@"+v.Text)
			}
		}
	}
	if named {
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder | cobra.ShellCompDirectiveNoSpace
}
