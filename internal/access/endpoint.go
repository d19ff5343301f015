package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// errNoPod says that the Service is there and no pod behind it is ready.
var errNoPod = errors.New("no pod behind it is ready")

// endpoint is a pod and the port of it that stands behind a Service's port.
type endpoint struct {
	pod  string
	port int32
}

// endpoint finds a ready pod behind the Service, preferably the same as
// before. The cluster's own endpoint slices say which pods are ready and what
// a named port means in each.
func (t *tunnel) endpoint(ctx context.Context, before endpoint) (endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	service, err := t.cluster.Client.CoreV1().Services(t.namespace).Get(ctx, t.service, metav1.GetOptions{})
	if err != nil {
		return endpoint{}, err
	}
	i := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return int(p.Port) == t.port })
	if i < 0 {
		return endpoint{}, fault.New(fault.Failed, fmt.Sprintf("the Service %s has no port %d", t.service, t.port), "sparkwiz apply   # was it changed by hand?")
	}
	list, err := t.cluster.Client.DiscoveryV1().EndpointSlices(t.namespace).List(ctx, metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=" + t.service})
	if err != nil {
		return endpoint{}, err
	}
	found := ready(list.Items, service.Spec.Ports[i].Name)
	switch {
	case len(found) == 0:
		return endpoint{}, errNoPod
	case slices.Contains(found, before):
		return before, nil
	}
	return found[0], nil
}

// ready lists the ready pods of all slices, with their port of a name.
func ready(all []discoveryv1.EndpointSlice, portName string) []endpoint {
	var found []endpoint
	for _, s := range all {
		for _, p := range s.Ports {
			if p.Port == nil || p.Name == nil || *p.Name != portName {
				continue
			}
			for _, e := range s.Endpoints {
				// Nil means that readiness is not known and counts as ready.
				if (e.Conditions.Ready == nil || *e.Conditions.Ready) && e.TargetRef != nil && e.TargetRef.Kind == "Pod" {
					found = append(found, endpoint{pod: e.TargetRef.Name, port: *p.Port})
				}
			}
		}
	}
	return found
}

func (t *tunnel) trouble(err error) error {
	if errors.Is(err, errNoPod) {
		return err
	}
	if apierrors.IsNotFound(err) {
		return fault.New(fault.Failed, fmt.Sprintf("there is no Service %s in the namespace %s of %s", t.service, t.namespace, t.cluster.Context), "sparkwiz status")
	}
	return t.cluster.Trouble(err)
}
