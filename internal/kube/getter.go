package kube

import (
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Getter is how Helm reaches a cluster (its RESTClientGetter). One Getter
// serves many operations at the same time: they share one discovery, which
// otherwise each of them would fetch anew.
type Getter struct {
	config    *rest.Config
	namespace string
	discovery discovery.CachedDiscoveryInterface
	mapper    *restmapper.DeferredDiscoveryRESTMapper
}

// Getter makes a Getter whose objects go into a namespace when they name
// none.
func (c *Cluster) Getter(namespace string) *Getter {
	cached := memory.NewMemCacheClient(c.Client.Discovery())
	return &Getter{config: c.Config, namespace: namespace, discovery: cached, mapper: restmapper.NewDeferredDiscoveryRESTMapper(cached)}
}

// In is the same Getter for another namespace. Both share one discovery.
func (g *Getter) In(namespace string) *Getter {
	other := *g
	other.namespace = namespace
	return &other
}

// Reset forgets what the cluster serves. It must follow every change of CRDs.
func (g *Getter) Reset() { g.mapper.Reset() }

// ToRESTConfig returns a copy: the callers write into it.
func (g *Getter) ToRESTConfig() (*rest.Config, error) { return rest.CopyConfig(g.config), nil }

// ToDiscoveryClient returns the shared discovery.
func (g *Getter) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	return g.discovery, nil
}

// ToRESTMapper returns the shared mapper from kinds to resources.
func (g *Getter) ToRESTMapper() (meta.RESTMapper, error) { return g.mapper, nil }

// ToRawKubeConfigLoader is asked for the namespace only.
func (g *Getter) ToRawKubeConfigLoader() clientcmd.ClientConfig {
	overrides := &clientcmd.ConfigOverrides{Context: api.Context{Namespace: g.namespace}}
	return clientcmd.NewDefaultClientConfig(*api.NewConfig(), overrides)
}
