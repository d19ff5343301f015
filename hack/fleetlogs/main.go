// Command fleetlogs makes the end-to-end test's fleet of event logs, and does to it what happens to fleets.
//
//	fleetlogs forward KUBECONFIG CONTEXT NAMESPACE   print where the object store is reached, until the input ends
//	fleetlogs put ADDRESS COPIES MIB LOG…            copies of logs (zstd) with other application ids, and a long one
//	fleetlogs get ADDRESS DIRECTORY                  bring everything below an address here
//	fleetlogs give DIRECTORY ADDRESS                 take everything in a directory there
//	fleetlogs said KUBECONFIG CONTEXT NAMESPACE      print what the pods of surveys have printed
//	fleetlogs clear KUBECONFIG CONTEXT NAMESPACE     remove the Jobs of surveys
//	fleetlogs kill KUBECONFIG CONTEXT NAMESPACE N    delete the pod that reads the long log, of N shards, once it runs
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/access"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// long is the name of the log that takes a while.
const long = "app-long.zstd"

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	err := run(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleetlogs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 4 && args[0] == "forward":
		return forward(ctx, args[1], args[2], args[3])
	case len(args) >= 5 && args[0] == "put":
		copies, err1 := strconv.Atoi(args[2])
		mib, err2 := strconv.Atoi(args[3])
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		return put(ctx, args[1], copies, mib, args[4:])
	case len(args) == 3 && args[0] == "get":
		return get(ctx, args[1], args[2])
	case len(args) == 3 && args[0] == "give":
		return give(ctx, args[1], args[2])
	case len(args) == 4 && args[0] == "said":
		return said(ctx, args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "clear":
		return clearJobs(ctx, args[1], args[2], args[3])
	case len(args) == 5 && args[0] == "kill":
		n, err := strconv.Atoi(args[4])
		if err != nil {
			return err
		}
		return kill(ctx, args[1], args[2], args[3], n)
	}
	return errors.New("usage: see the first lines of hack/fleetlogs/main.go")
}

func forward(ctx context.Context, kubeconfig, kubeContext, namespace string) error {
	c, err := kube.Open(kubeconfig, kubeContext)
	if err != nil {
		return err
	}
	address, err := access.Forward(ctx, c, namespace, "object-store", 7070, 0, progress.Nobody)
	if err != nil {
		return err
	}
	fmt.Println("http://" + address)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
