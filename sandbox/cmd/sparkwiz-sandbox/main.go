// Command sparkwiz-sandbox starts and stops a Kubernetes on this machine.
package main

import (
	"os"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
