package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// retry is the pause between two tries to reach a pod.
const retry = time.Second

// tunnel carries connections to one port of a Service through the API
// server, all over one upgraded connection to one pod, which is replaced when
// it breaks.
type tunnel struct {
	cluster            *kube.Cluster
	namespace, service string
	port               int

	dialing sync.Mutex // held while a pod is looked for, so that one search serves all who wait
	mu      sync.Mutex // guards what follows
	link    httpstream.Connection
	to      endpoint
	id      int
	said    progress.Event
	observe progress.Observer
}

func newTunnel(c *kube.Cluster, namespace, service string, port int, observe progress.Observer) *tunnel {
	return &tunnel{cluster: c, namespace: namespace, service: service, port: port, observe: observe}
}

func (t *tunnel) serve(ctx context.Context, listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Too many open files passes; a busy loop would not help it.
			time.Sleep(retry)
			continue
		}
		go func() {
			defer conn.Close()
			t.carry(ctx, conn)
		}()
	}
}

// carry moves the bytes of one local connection until one side ends it.
func (t *tunnel) carry(ctx context.Context, conn net.Conn) {
	for ctx.Err() == nil {
		link, to, id, err := t.reach(ctx)
		if err != nil {
			return
		}
		data, refusal, err := open(link, to.port, id)
		if err != nil {
			// The link broke since it was made: nothing was sent, so another may do.
			t.drop(link)
			continue
		}
		t.pump(conn, data, refusal)
		link.RemoveStreams(data, refusal)
		return
	}
}

// pump copies both ways until the pod has said all it has to say, or the
// local side breaks. A client may stop sending and still read the answer.
func (t *tunnel) pump(conn net.Conn, data, refusal httpstream.Stream) {
	refused := make(chan string, 1)
	go func() {
		said, _ := io.ReadAll(refusal)
		refused <- string(said)
	}()
	answered, broken := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(conn, data)
	}()
	go func() {
		defer data.Close()
		if _, err := io.Copy(data, conn); err != nil {
			close(broken)
		}
	}()
	select {
	case <-answered:
	case <-broken:
	}
	// The node takes a second to say that nothing went wrong, for which the
	// local side has no need to wait.
	_ = conn.Close()
	// Bytes that nobody reads any more would hold up the other streams.
	_ = data.Reset()
	if said := <-refused; said != "" {
		t.say(progress.Settling, said)
	}
}

// reach returns the link to a ready pod, making a new one when there is none
// or when its pod is ready no more, and a fresh number for a connection over
// it. It asks the cluster each time, for a link outlives the pod it leads to.
// It waits until ctx ends.
func (t *tunnel) reach(ctx context.Context) (httpstream.Connection, endpoint, int, error) {
	t.dialing.Lock()
	defer t.dialing.Unlock()
	for {
		link, to, id := t.current()
		now, err := t.endpoint(ctx, to)
		if link != nil && (now == to || err != nil && !errors.Is(err, errNoPod)) {
			t.say(progress.Done, "through "+to.pod)
			return link, to, id, nil
		}
		if link != nil {
			t.drop(link)
		}
		if err == nil {
			if err = t.connect(ctx, now); err == nil {
				continue
			}
		}
		t.say(progress.Settling, t.trouble(err).Error())
		select {
		case <-ctx.Done():
			return nil, endpoint{}, 0, ctx.Err()
		case <-time.After(retry):
		}
	}
}

func (t *tunnel) current() (httpstream.Connection, endpoint, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.id++
	return t.link, t.to, t.id
}

// connect makes a link to a pod.
func (t *tunnel) connect(ctx context.Context, to endpoint) error {
	dialer, err := t.dialer(to.pod)
	if err != nil {
		return err
	}
	link, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.link, t.to = link, to
	t.mu.Unlock()
	go func() {
		select {
		case <-link.CloseChan():
		case <-ctx.Done():
		}
		if t.drop(link) && ctx.Err() == nil {
			t.say(progress.Settling, to.pod+" is gone; the next connection finds the pod that takes its place")
		}
	}()
	return nil
}

// dialer speaks to the API server over a WebSocket, or over SPDY where a
// server or a proxy does not know that. It takes the …ForStreaming functions
// throughout: the others do not recognise the error of their own WebSocket
// dialer, and would never fall back.
func (t *tunnel) dialer(pod string) (httpstream.Dialer, error) {
	target := t.cluster.Client.CoreV1().RESTClient().Post().Resource("pods").Namespace(t.namespace).Name(pod).SubResource("portforward").URL()
	modern, err := portforward.NewSPDYOverWebsocketDialerForStreaming(target, t.cluster.Config)
	if err != nil {
		return nil, err
	}
	old, err := t.spdy(target)
	if err != nil {
		return nil, err
	}
	return portforward.NewFallbackDialerForStreaming(modern, old, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}

func (t *tunnel) spdy(target *url.URL) (httpstream.Dialer, error) {
	transport, upgrader, err := spdy.RoundTripperFor(t.cluster.Config)
	if err != nil {
		return nil, err
	}
	return spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, target), nil
}

// open starts a connection over the link: a stream for what goes wrong and
// one for the bytes, in the order that the kubelet expects.
func open(link httpstream.Connection, port int32, id int) (data, refusal httpstream.Stream, err error) {
	headers := http.Header{}
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	headers.Set(corev1.PortHeader, strconv.Itoa(int(port)))
	headers.Set(corev1.PortForwardRequestIDHeader, strconv.Itoa(id))
	if refusal, err = link.CreateStream(headers); err != nil {
		return nil, nil, err
	}
	// Nothing is ever written to it.
	_ = refusal.Close()
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	if data, err = link.CreateStream(headers); err != nil {
		link.RemoveStreams(refusal)
		return nil, nil, err
	}
	return data, refusal, nil
}

// drop gives a link up, and reports whether it was the current one.
func (t *tunnel) drop(link httpstream.Connection) bool {
	t.mu.Lock()
	current := t.link == link
	if current {
		t.link, t.to = nil, endpoint{}
	}
	t.mu.Unlock()
	_ = link.Close()
	return current
}

// say tells a change once, however many connections notice it.
func (t *tunnel) say(state progress.State, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := progress.Event{Step: fmt.Sprintf("access/%s:%d", t.service, t.port), Title: t.service, State: state, Reason: reason}
	if e == t.said {
		return
	}
	t.said = e
	e.Time = time.Now()
	t.observe(e)
}
