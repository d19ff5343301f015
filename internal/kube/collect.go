package kube

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// patience bounds one look at a cluster.
const patience = 10 * time.Second

// Collect looks at the cluster once, for at most 10 s. It fails only when the
// API server cannot be reached or refuses the credentials; what it may not or
// cannot list is named in Facts.Unknown instead.
func (c *Cluster) Collect(ctx context.Context) (facts.Facts, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	f := facts.Facts{Context: c.Context, Server: c.Config.Host, Contexts: c.contexts}
	version, err := c.Version(ctx)
	if err != nil {
		return f, err
	}
	f.Known, f.Version = true, version
	// "0" lets the API server answer from its watch cache: a look that is a
	// second old is as good, and costs it nothing.
	cached := metav1.ListOptions{ResourceVersion: "0"}
	var nodes []corev1.Node
	var pods []corev1.Pod
	looks := []struct {
		what string
		look func() error
	}{
		{"uid", func() error {
			ns, err := c.Client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
			if err == nil {
				f.UID = string(ns.UID)
			}
			return err
		}},
		{"nodes", func() error {
			list, err := c.Client.CoreV1().Nodes().List(ctx, cached)
			if err == nil {
				nodes = list.Items
			}
			return err
		}},
		{"pods", func() error {
			list, err := c.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, cached)
			if err == nil {
				pods = list.Items
			}
			return err
		}},
		{"storageClasses", func() error {
			list, err := c.Client.StorageV1().StorageClasses().List(ctx, cached)
			if err == nil {
				f.StorageClasses = storageClasses(list.Items)
			}
			return err
		}},
		{"namespaces", func() error {
			list, err := c.Client.CoreV1().Namespaces().List(ctx, cached)
			if err == nil {
				f.Namespaces = namespaces(list.Items)
			}
			return err
		}},
		{"definitions", func() error {
			found, err := c.definitions(ctx)
			f.Definitions = found
			return err
		}},
		{"prometheuses", func() error {
			found, err := c.prometheuses(ctx)
			f.Prometheuses = found
			return err
		}},
		{"apis", func() error {
			groups, err := discovery.ToDiscoveryInterfaceWithContext(c.Client.Discovery()).ServerGroupsWithContext(ctx)
			if err == nil {
				f.APIs = metav1.ExtractGroupVersions(groups)
				slices.Sort(f.APIs)
			}
			return err
		}},
	}
	failed := make([]error, len(looks))
	var wg sync.WaitGroup
	for i, l := range looks {
		wg.Go(func() { failed[i] = l.look() })
	}
	wg.Wait()
	for i, err := range failed {
		switch {
		case err == nil:
		case apierrors.IsUnauthorized(err), anonymous(err):
			return f, c.Trouble(err)
		default:
			if f.Unknown == nil {
				f.Unknown = map[string]string{}
			}
			f.Unknown[looks[i].what] = short(c.Trouble(err))
		}
	}
	f.Nodes = summarise(nodes, pods)
	return f, nil
}

// definitions lists the CRDs that sparkwiz has made: their names and labels
// only, since schemas are large.
func (c *Cluster) definitions(ctx context.Context) ([]facts.Definition, error) {
	client, err := metadata.NewForConfig(c.Config)
	if err != nil {
		return nil, err
	}
	resource := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	list, err := client.Resource(resource).List(ctx, metav1.ListOptions{LabelSelector: facts.PlatformLabel})
	if err != nil {
		return nil, err
	}
	var all []facts.Definition
	for _, item := range list.Items {
		all = append(all, facts.Definition{Name: item.Name, Platform: item.Labels[facts.PlatformLabel]})
	}
	return all, nil
}

// Version asks the API server for its version, e.g. v1.34.4, and so tells
// whether it can be reached at all.
func (c *Cluster) Version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	v, err := discovery.ToDiscoveryInterfaceWithContext(c.Client.Discovery()).ServerVersionWithContext(ctx)
	if err != nil {
		return "", c.Trouble(err)
	}
	return v.GitVersion, nil
}

// short is a reason for Facts.Unknown: the words before the cause.
func short(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.What
	}
	return strings.SplitN(err.Error(), "\n", 2)[0]
}
