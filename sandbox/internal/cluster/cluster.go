// Package cluster talks to the sandbox's API server: it waits for it, puts
// the objects in that every cluster has, and looks at nodes.
package cluster

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"
)

const (
	fieldManager = "sparkwiz-sandbox"
	pollEvery    = 100 * time.Millisecond
)

//go:embed objects
var objects embed.FS

// Cluster is a connection to the API server.
type Cluster struct{ kubernetes.Interface }

// Connect reads a kubeconfig; it does not call the server yet.
func Connect(kubeconfig string) (Cluster, error) {
	rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return Cluster{}, err
	}
	// The sandbox is on this machine: no proxy, and no throttling of our own.
	rest.Proxy = http.ProxyURL(nil)
	rest.QPS, rest.Burst = -1, 0
	rest.Timeout = 10 * time.Second
	client, err := kubernetes.NewForConfig(rest)
	return Cluster{client}, err
}

// Ready tells whether the API server says so.
func (c Cluster) Ready(ctx context.Context) error {
	return c.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
}

// WaitReady waits for the API server.
func (c Cluster) WaitReady(ctx context.Context) error {
	return Until(ctx, "the API server is not ready", c.Ready)
}

// Until calls check until it gives no error. When ctx ends first, the error
// tells what was waited for and why it was not so.
func Until(ctx context.Context, what string, check func(context.Context) error) error {
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			if cause := context.Cause(ctx); cause != nil && ctx.Err() == context.Canceled {
				return cause
			}
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(pollEvery):
		}
	}
}

// Object is an object to apply: the path of its REST resource and its YAML.
type Object struct {
	Path string
	YAML []byte

	// Replace one that an earlier version made otherwise and that cannot be
	// changed. Only for what others refer to by name.
	Replace bool
}

// Base are the objects of every sandbox: the default storage class, the rights
// of the components that Kubernetes itself gives none.
func Base() ([]Object, error) {
	var all []Object
	for _, row := range []struct{ path, file string }{
		{"/apis/storage.k8s.io/v1/storageclasses/standard", "storageclass.yaml"},
		{"/apis/rbac.authorization.k8s.io/v1/clusterroles/system:coredns", "coredns-role.yaml"},
		{"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:coredns", "coredns-binding.yaml"},
		{"/apis/rbac.authorization.k8s.io/v1/clusterroles/system:sandbox-volumes", "volumes-role.yaml"},
		{"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:sandbox-volumes", "volumes-binding.yaml"},
		{"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/sparkwiz-sandbox:kubelet-api", "kubelet-api-binding.yaml"},
	} {
		data, err := objects.ReadFile("objects/" + row.file)
		if err != nil {
			return nil, err
		}
		all = append(all, Object{Path: row.path, YAML: data, Replace: true})
	}
	return all, nil
}

// Apply puts objects in, server-side: running it again changes nothing.
func (c Cluster) Apply(ctx context.Context, all []Object) error {
	for _, o := range all {
		data, err := yaml.YAMLToJSON(o.YAML)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Path, err)
		}
		put := c.CoreV1().RESTClient().Patch(types.ApplyPatchType).AbsPath(o.Path).
			Param("fieldManager", fieldManager).Param("force", "true").Body(data)
		err = put.Do(ctx).Error()
		if o.Replace && apierrors.IsInvalid(err) {
			if err = c.CoreV1().RESTClient().Delete().AbsPath(o.Path).Do(ctx).Error(); err == nil {
				err = put.Do(ctx).Error()
			}
		}
		if err != nil {
			return fmt.Errorf("apply %s: %w", o.Path, err)
		}
	}
	return nil
}

// WaitNode waits until the node is registered.
func (c Cluster) WaitNode(ctx context.Context, name string) error {
	return Until(ctx, "node "+name+" has not registered", func(ctx context.Context) error {
		_, err := c.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		return err
	})
}

// NodesReady counts the nodes and those that are ready, and says why one is not.
func (c Cluster) NodesReady(ctx context.Context) (ready, all int, why string, err error) {
	nodes, err := c.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, 0, "", err
	}
	for _, n := range nodes.Items {
		why := n.Name + ": no status yet"
		for _, cond := range n.Status.Conditions {
			if cond.Type == corev1.NodeReady {
				why = n.Name + ": " + cond.Message
				if cond.Status == corev1.ConditionTrue {
					ready, why = ready+1, ""
				}
			}
		}
		if why != "" {
			return ready, len(nodes.Items), why, nil
		}
	}
	return ready, len(nodes.Items), "", nil
}

// WaitUsable waits until all nodes are ready and pods may be made: before the
// default service account exists, every pod is refused.
func (c Cluster) WaitUsable(ctx context.Context, nodes int) error {
	return Until(ctx, "the cluster is not usable", func(ctx context.Context) error {
		ready, all, why, err := c.NodesReady(ctx)
		if err != nil {
			return err
		}
		if all < nodes || ready < all {
			return fmt.Errorf("%d of %d nodes ready (%s)", ready, max(all, nodes), why)
		}
		_, err = c.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}
