package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/sparkwiz/sparkwiz/internal/compat"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "Print the completion script of a shell",
		Example:   "  source <(sparkwiz completion bash)",
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.New(fault.Usage, "name one shell", "sparkwiz completion bash")
			}
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				var script bytes.Buffer
				if err := root.GenBashCompletionV2(&script, true); err != nil {
					return err
				}
				_, err := out.Write(wholeAt(script.Bytes()))
				return err
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return fault.New(fault.Usage, fmt.Sprintf("no completion for %q; there is bash, zsh, fish and powershell", args[0]), "sparkwiz completion bash")
		},
	}
}

// wholeAt makes bash complete spark@4.1.4 as one word. Bash breaks words at @,
// = and :, and cobra's script mends only the last two.
func wholeAt(script []byte) []byte {
	script = bytes.ReplaceAll(script, []byte("init_completion -n =: "), []byte("init_completion -n =:@ "))
	mend := []byte("handle_special_char \"$cur\" =\n")
	return bytes.ReplaceAll(script, mend, append(mend, []byte("    __sparkwiz_handle_special_char \"$cur\" @\n")...))
}

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages into a directory",
		Example: "  sparkwiz man ~/.local/share/man/man1",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.New(fault.Usage, "name one directory", "sparkwiz man ~/.local/share/man/man1")
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			cmd.Root().DisableAutoGenTag = true
			// A date of its own would make every build differ.
			epoch := time.Unix(0, 0)
			return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Title: "SPARKWIZ", Section: "1", Date: &epoch}, args[0])
		},
	}
}

// docsCommand writes what docs/ has from the rows and the commands; make
// check compares it with what is committed.
func docsCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "docs DIR",
		Short:  "Write the generated part of docs/",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var questions bytes.Buffer
			writeQuestionsMarkdown(&questions)
			if err := writeFile(filepath.Join(args[0], "questions.md"), questions.Bytes()); err != nil {
				return err
			}
			var network bytes.Buffer
			writeNetwork(&network)
			if err := writeFile(filepath.Join(args[0], "network.md"), network.Bytes()); err != nil {
				return err
			}
			table, err := compat.Load()
			if err != nil {
				return err
			}
			var compatibility bytes.Buffer
			writeCompatibility(&compatibility, table)
			if err := writeFile(filepath.Join(args[0], "compatibility.md"), compatibility.Bytes()); err != nil {
				return err
			}
			cli := filepath.Join(args[0], "cli")
			if err := os.MkdirAll(cli, 0o755); err != nil {
				return err
			}
			cmd.Root().DisableAutoGenTag = true
			return doc.GenMarkdownTree(cmd.Root(), cli)
		},
	}
}
