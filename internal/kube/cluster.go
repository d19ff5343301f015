// Package kube is the few cluster calls that sparkwiz makes itself: looking
// at a cluster, holding the lease, keeping the journal.
package kube

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Cluster is one cluster through one kubeconfig context.
type Cluster struct {
	Context string
	Config  *rest.Config
	Client  kubernetes.Interface

	contexts []facts.Context // what the kubeconfig offers besides
}

// Contexts lists what the kubeconfig offers, sorted by name. No kubeconfig at
// all is an empty list, not an error. kubeconfig is a path; empty means
// KUBECONFIG or ~/.kube/config.
func Contexts(kubeconfig string) ([]facts.Context, error) {
	raw, err := load(kubeconfig).RawConfig()
	if err != nil {
		return nil, fault.Wrap(err, fault.Failed, "the kubeconfig cannot be read", "kubectl config view")
	}
	return contexts(raw), nil
}

// Open prepares the calls to a cluster. It makes none: a cluster that does
// not answer is noticed by the first call.
func Open(kubeconfig, context string) (*Cluster, error) {
	config := load(kubeconfig)
	raw, err := config.RawConfig()
	if err != nil {
		return nil, fault.Wrap(err, fault.Failed, "the kubeconfig cannot be read", "kubectl config view")
	}
	if _, ok := raw.Contexts[context]; !ok {
		var names []string
		for _, c := range contexts(raw) {
			names = append(names, c.Name)
		}
		hint := "sparkwiz sandbox up   # or pass --kubeconfig: this one has no context"
		if len(names) > 0 {
			hint = "--set cluster.context=…   # here: " + strings.Join(names, ", ")
		}
		return nil, fault.New(fault.Usage, fmt.Sprintf("the kubeconfig has no context %q", context), hint)
	}
	restConfig, err := clientcmd.NewNonInteractiveClientConfig(raw, context, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return nil, fault.Wrap(err, fault.Failed, fmt.Sprintf("the context %q cannot be used", context), "kubectl --context "+context+" cluster-info")
	}
	// The defaults (5 calls a second) throttle an install for minutes.
	restConfig.QPS, restConfig.Burst = 50, 300
	// Warnings of the API server would be printed across the terminal page.
	restConfig.WarningHandler = rest.NoWarnings{}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return nil, err
	}
	return &Cluster{Context: context, Config: restConfig, Client: client, contexts: contexts(raw)}, nil
}

// Through returns the same cluster with every call passing through wrap, which
// may look at requests, count them or refuse them.
func (c *Cluster) Through(wrap func(http.RoundTripper) http.RoundTripper) (*Cluster, error) {
	config := rest.CopyConfig(c.Config)
	config.Wrap(wrap)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &Cluster{Context: c.Context, Config: config, Client: client, contexts: c.contexts}, nil
}

func load(kubeconfig string) clientcmd.ClientConfig {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{})
}

func contexts(raw api.Config) []facts.Context {
	var all []facts.Context
	for name, c := range raw.Contexts {
		server := ""
		if cluster, ok := raw.Clusters[c.Cluster]; ok {
			server = cluster.Server
		}
		all = append(all, facts.Context{Name: name, Server: server, Namespace: c.Namespace, Current: name == raw.CurrentContext})
	}
	slices.SortFunc(all, func(a, b facts.Context) int { return strings.Compare(a.Name, b.Name) })
	return all
}
