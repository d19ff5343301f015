// Command sparkwiz sets up a Spark platform on Kubernetes and keeps it
// working.
package main

import (
	"os"

	"github.com/sparkwiz/sparkwiz/internal/cli"
	"github.com/sparkwiz/sparkwiz/internal/console"
)

func main() { os.Exit(cli.Main(os.Args[1:], console.System())) }
