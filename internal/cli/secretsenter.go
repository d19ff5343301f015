package cli

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/seal"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// secretsEnterCommand asks for values and writes them, in the form that the
// store wants, into a pipe: the one way for them that passes no command line.
func (a *app) secretsEnterCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "enter ENTRY",
		Short: "Ask for the values of an entry, for a pipe into the store's own client",
		Long: "Asks for every value of an entry of the store, without showing what is typed, and writes them to stdout in the form that the " +
			"store wants. Just Enter makes a random value where nobody else has to know it. `secrets list` prints the whole lines; stdout must " +
			"be a pipe. Values can be piped in too, one a line.",
		Example: "  sparkwiz secrets enter spark/prod/airflow | vault kv put -mount=secret spark/prod/airflow -",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.New(fault.Usage, "name one entry of the store", "sparkwiz secrets list")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, _, err := a.planOffline(cmd.Context(), true)
			if err != nil {
				return err
			}
			provider, ok := secret.Chosen(p.Spec)
			if !ok || p.Spec.Secrets.Provider == spec.SealedSecrets {
				return fault.New(fault.Usage, "these secrets are in no store", "sparkwiz secrets")
			}
			entries, holds := secret.Entries(provider, p.Spec, p.Secrets)
			i := slices.IndexFunc(entries, func(e secret.Entry) bool { return e.Name == args[0] })
			if i < 0 {
				return fault.New(fault.Usage, fmt.Sprintf("this platform has no entry %s in %s", args[0], provider.Title()), "sparkwiz secrets list")
			}
			if a.console.OutTTY {
				return fault.New(fault.Usage, "values are not shown on a terminal; stdout must be a pipe",
					a.entering(entries[i])+" | "+provider.Create(p.Spec, entries[i]))
			}
			values := map[string]string{}
			for _, r := range holds[i] {
				value, err := a.valueOf(r)
				if err != nil {
					return err
				}
				values[r.Key] = string(value)
			}
			data, err := payload(p, entries[i], holds[i], values)
			if err != nil {
				return err
			}
			_, err = a.console.Out.Write(data)
			return err
		},
	}
}

// entering is the command that asks for the values of an entry of the same
// platform that this run is about.
func (a *app) entering(e secret.Entry) string {
	words := []string{self(), "secrets", "enter", e.Name}
	flag := func(name, value string) {
		if value != "" {
			words = append(words, name, shellWord(value))
		}
	}
	flag("-f", a.flags.file)
	if a.flags.file == "" && a.flags.workspace != "platform" {
		flag("-w", a.flags.workspace)
	}
	flag("-e", a.flags.environment)
	flag("--preset", a.flags.preset)
	for _, pair := range a.flags.set {
		flag("--set", pair)
	}
	return strings.Join(words, " ")
}

// plain is what a shell takes as it is written.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:=@,+-]+$`)

// shellWord quotes what a shell would take apart.
func shellWord(text string) string {
	if plain.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// valueOf asks for one value.
func (a *app) valueOf(r secret.Ref) ([]byte, error) {
	prompt := fmt.Sprintf("%s/%s, %s", r.Secret, r.Key, r.Purpose)
	if !r.Given {
		prompt += " (Enter: random)"
	}
	if a.flags.noInput {
		if r.Given {
			return nil, fault.New(fault.Usage, fmt.Sprintf("only you know %s/%s: %s", r.Secret, r.Key, r.Purpose), "leave out --no-input, or pipe the values in, one a line")
		}
		return seal.Random(), nil
	}
	value, err := a.console.Secret(prompt + ": ")
	if err != nil {
		return nil, fault.New(fault.Interrupted, fmt.Sprintf("the input ended before %s/%s", r.Secret, r.Key), "")
	}
	switch {
	case len(value) > 0:
		return value, nil
	case r.Given:
		return nil, fault.New(fault.Usage, fmt.Sprintf("%s/%s is empty, and nobody else knows it", r.Secret, r.Key), "")
	}
	return seal.Random(), nil
}

// payload is what the store's client reads from stdin: the value, or a JSON
// object; IBM's client wants to be told around it what is made.
func payload(p plan.Plan, e secret.Entry, refs []secret.Ref, values map[string]string) ([]byte, error) {
	if e.Property == "" {
		return []byte(values[refs[0].Key]), nil
	}
	if p.Spec.Secrets.Provider != spec.IBM {
		return json.Marshal(values)
	}
	name := e.Name[strings.LastIndex(e.Name, "/")+1:]
	return json.Marshal(map[string]any{"name": name, "secret_type": "kv", "secret_group_id": p.Spec.Secrets.Project, "data": values})
}
