// Package access brings a Service of the cluster to this machine's loopback
// and keeps it there while the pods behind it come and go.
package access

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Forward serves a port of a Service on 127.0.0.1 until ctx ends; localPort 0
// picks a free one. It returns the address as soon as it listens. A
// connection that comes while no pod is ready waits for one, and the next
// connection after a pod has gone reaches the pod that took its place. What
// happens behind the address is told to observe as step
// access/<service>:<port>, from several goroutines but one event at a time.
func Forward(ctx context.Context, c *kube.Cluster, namespace, service string, remotePort, localPort int, observe progress.Observer) (string, error) {
	t := newTunnel(c, namespace, service, remotePort, observe)
	// A Service that does not exist is told at once, one without a ready pod is not an error.
	if _, err := t.endpoint(ctx, endpoint{}); err != nil && !errors.Is(err, errNoPod) {
		return "", t.trouble(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(localPort)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return "", fault.New(fault.Failed, fmt.Sprintf("port %d of this machine is taken, so %s cannot be served there", localPort, service),
			fmt.Sprintf("ss -ltnp sport = :%d   # who has it?", localPort))
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Failed, fmt.Sprintf("this machine does not let %s be served on port %d", service, localPort), "")
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go t.serve(ctx, listener)
	return listener.Addr().String(), nil
}
