// Command sparkwiz sets up a Spark platform on Kubernetes and keeps it
// working.
package main

import (
	"os"

	// The authorities that Mozilla trusts, for where the system has none: the
	// image sparkwiz has nothing but this program.
	_ "golang.org/x/crypto/x509roots/fallback"

	"github.com/sparkwiz/sparkwiz/internal/cli"
	"github.com/sparkwiz/sparkwiz/internal/console"
)

func main() { os.Exit(cli.Main(os.Args[1:], console.System())) }
