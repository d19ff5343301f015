package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/seal"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// soonExpired is how long before its end a certificate is worth a word.
const soonExpired = 30 * 24 * time.Hour

// checker looks at what a plan's provider needs, and writes nothing.
type checker struct {
	ctx      context.Context
	plan     plan.Plan
	cluster  *kube.Cluster
	dynamic  dynamic.Interface
	findings []secret.Finding
}

// CheckProvider looks whether the provider can fill the plan's Secrets: its
// API, the store, what opens it, and the sealing certificate. It writes
// nothing, so a store that is not there yet is only tried by a dry run.
func CheckProvider(ctx context.Context, p plan.Plan, cluster *kube.Cluster) []secret.Finding {
	c := &checker{ctx: ctx, plan: p, cluster: cluster}
	provider, chosen := secret.Chosen(p.Spec)
	if !chosen {
		return []secret.Finding{{Check: "provider", State: secret.OK, Says: "values are generated in the cluster; no store is needed"}}
	}
	var err error
	if c.dynamic, err = dynamic.NewForConfig(cluster.Config); err != nil {
		c.add("cluster", secret.Unknown, err.Error(), "")
		return c.findings
	}
	c.credentials(provider)
	switch p.Spec.Secrets.Provider {
	case spec.SealedSecrets:
		if c.serves(sealedSecrets, "v1alpha1") {
			c.certificate()
		}
		c.sealed()
	case spec.VaultAgent:
		c.injector()
	default:
		if c.serves(externalSecrets, "v1") {
			c.store()
		}
		c.account()
	}
	return c.findings
}

func (c *checker) add(check string, state secret.State, says, hint string) {
	c.findings = append(c.findings, secret.Finding{Check: check, State: state, Says: says, Hint: hint})
}

// serves looks for the operator's API in the version that is used here.
func (c *checker) serves(group, version string) bool {
	groups, err := c.cluster.Client.Discovery().ServerGroups()
	if err != nil {
		c.add("api", secret.Unknown, "whether the cluster serves "+group+" could not be seen: "+firstLine(err), "kubectl api-versions")
		return false
	}
	var served []string
	for _, g := range groups.Groups {
		if g.Name == group {
			for _, v := range g.Versions {
				served = append(served, v.Version)
			}
		}
	}
	if slices.Contains(served, version) {
		c.add("api", secret.OK, "the cluster serves "+group+"/"+version, "")
		return true
	}
	switch {
	case len(served) > 0:
		c.add("api", secret.Failed, fmt.Sprintf("the cluster serves %s in %s only, not in %s", group, strings.Join(served, ", "), version), "kubectl get crds | grep "+group)
	case c.plan.Spec.Secrets.Install:
		c.add("api", secret.Later, "the operator is not here; it will be installed", "")
	default:
		c.add("api", secret.Failed, "the cluster does not serve "+group, "--set secrets.install=true")
	}
	return false
}

// credentials are the Secrets that the user makes for the operator.
func (c *checker) credentials(provider secret.Provider) {
	for _, refs := range secret.Group(provider.Credentials(c.plan.Spec.Secrets)) {
		s := secretStep{namespace: c.plan.Namespace, platform: c.plan.Name, refs: refs}
		found, err := c.cluster.Client.CoreV1().Secrets(s.namespace).Get(c.ctx, s.object(), metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			o := s.judge(nil)
			c.add("credentials", secret.Failed, o.Reason, o.Fault.Hint)
		case err != nil:
			c.add("credentials", secret.Unknown, fmt.Sprintf("Secret %s could not be looked at: %s", s.object(), firstLine(err)), "")
		default:
			if o := s.judge(found); o.Fault != nil {
				c.add("credentials", secret.Failed, o.Reason, o.Fault.Hint)
				continue
			}
			c.add("credentials", secret.OK, fmt.Sprintf("Secret %s has what opens the store", s.object()), "")
		}
	}
}

// store asks the store that is there, or tries the one that would be made.
func (c *checker) store() {
	name, kind := c.plan.Spec.Secrets.Store, "SecretStore"
	if name != "" {
		kind = c.plan.Spec.Secrets.StoreKind
	} else {
		name = component.SecretsRelease + "-store"
	}
	at := schema.GroupVersionResource{Group: externalSecrets, Version: "v1", Resource: strings.ToLower(kind) + "s"}
	var client dynamic.ResourceInterface = c.dynamic.Resource(at)
	where := ""
	if kind == "SecretStore" {
		client, where = c.dynamic.Resource(at).Namespace(c.plan.Namespace), " -n "+c.plan.Namespace
	}
	o, err := client.Get(c.ctx, name, metav1.GetOptions{})
	describe := fmt.Sprintf("kubectl describe %s %s%s", strings.ToLower(kind), name, where)
	switch {
	case apierrors.IsNotFound(err) && c.plan.Spec.Secrets.Store != "":
		c.add("store", secret.Failed, fmt.Sprintf("there is no %s %s", kind, name), "kubectl get "+strings.ToLower(kind)+"s"+where)
	case apierrors.IsNotFound(err):
		c.dryRun(at)
	case err != nil:
		c.add("store", secret.Unknown, fmt.Sprintf("%s %s could not be looked at: %s", kind, name, firstLine(err)), "")
	default:
		switch r := said(o, "Ready"); r.status {
		case "True":
			c.add("store", secret.OK, fmt.Sprintf("%s %s is ready", kind, name), "")
		case "":
			c.add("store", secret.Unknown, fmt.Sprintf("External Secrets has not looked at %s %s yet", kind, name), describe)
		default:
			c.add("store", secret.Failed, fmt.Sprintf("%s %s is not ready: %s", kind, name, r.message), describe)
		}
	}
}

// dryRun has the API server and External Secrets' webhook judge the store that
// an apply would make. Whether it opens is known only when it is there.
func (c *checker) dryRun(at schema.GroupVersionResource) {
	for _, r := range c.plan.Releases {
		if r.Name != component.SecretsRelease {
			continue
		}
		text, err := render.Manifest(r, "")
		if err != nil {
			c.add("store", secret.Unknown, err.Error(), "")
			return
		}
		all, err := objects(text)
		if err != nil {
			c.add("store", secret.Unknown, err.Error(), "")
			return
		}
		for _, o := range all {
			if o.GetKind() != "SecretStore" {
				continue
			}
			namespace := c.plan.Namespace
			if _, err := c.cluster.Client.CoreV1().Namespaces().Get(c.ctx, namespace, metav1.GetOptions{}); err != nil {
				namespace = metav1.NamespaceDefault // Nothing is written; any namespace will do.
			}
			o.SetNamespace(namespace)
			_, err := c.dynamic.Resource(at).Namespace(namespace).Create(c.ctx, o, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			switch {
			case err == nil:
				c.add("store", secret.Later, "the store would be accepted; whether it opens is seen once an apply has made it", "")
			case apierrors.IsForbidden(err):
				c.add("store", secret.Unknown, "the store could not be tried: "+firstLine(err), "")
			default:
				c.add("store", secret.Failed, "the store would be refused: "+firstLine(err), "sparkwiz questions | grep secrets.")
			}
		}
	}
}

// account looks at what tells the cloud which ServiceAccount is whose.
func (c *checker) account() {
	s := c.plan.Spec.Secrets
	key := map[string]string{
		spec.AWS: "eks.amazonaws.com/role-arn", spec.AzureVault: "azure.workload.identity/client-id", spec.GoogleSecrets: "iam.gke.io/gcp-service-account",
	}[s.Provider]
	if s.Store != "" || s.Auth != spec.Identity || key == "" {
		return
	}
	name := component.SecretsRelease + "-store"
	found, err := c.cluster.Client.CoreV1().ServiceAccounts(c.plan.Namespace).Get(c.ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		c.add("identity", secret.Later, fmt.Sprintf("ServiceAccount %s will be made for %s", name, s.Identity), "")
	case err != nil:
		c.add("identity", secret.Unknown, fmt.Sprintf("ServiceAccount %s could not be looked at: %s", name, firstLine(err)), "")
	case found.Annotations[key] != s.Identity:
		c.add("identity", secret.Failed, fmt.Sprintf("ServiceAccount %s is bound to %q, not to %s", name, found.Annotations[key], s.Identity), "sparkwiz apply")
	default:
		c.add("identity", secret.OK, fmt.Sprintf("ServiceAccount %s is bound to %s", name, s.Identity), "")
	}
}

// injector looks for Vault's webhook, which has no API of its own.
func (c *checker) injector() {
	list, err := c.cluster.Client.AdmissionregistrationV1().MutatingWebhookConfigurations().List(c.ctx, metav1.ListOptions{})
	if err != nil {
		c.add("injector", secret.Unknown, "whether Vault's injector is here could not be seen: "+firstLine(err), "kubectl get mutatingwebhookconfigurations")
		return
	}
	for _, w := range list.Items {
		for _, h := range w.Webhooks {
			if strings.HasSuffix(h.Name, "vault.hashicorp.com") {
				c.add("injector", secret.OK, "Vault's injector is here: "+w.Name, "")
				return
			}
		}
	}
	if c.plan.Spec.Secrets.Install {
		c.add("injector", secret.Later, "Vault's injector is not here; it will be installed", "")
		return
	}
	c.add("injector", secret.Failed, "Vault's injector is not here", "--set secrets.install=true")
}

// certificate is what values are sealed with.
func (c *checker) certificate() {
	data, err := SealingCertificate(c.ctx, c.cluster)
	if err != nil {
		c.add("certificate", secret.Unknown, "the controller's certificate could not be fetched: "+firstLine(err), "kubeseal --fetch-cert")
		return
	}
	cert, err := seal.Parse(data)
	if err == nil {
		err = cert.Expired(time.Now())
	}
	until := cert.NotAfter.Format(time.DateOnly)
	switch {
	case err != nil:
		c.add("certificate", secret.Failed, err.Error(), "kubectl -n sealed-secrets rollout restart deployment sealed-secrets-controller")
	case time.Until(cert.NotAfter) < soonExpired:
		c.add("certificate", secret.OK, "the controller's certificate is good until "+until+", which is soon", "kubectl -n sealed-secrets get secret -l sealedsecrets.bitnami.com/sealed-secrets-key")
	default:
		c.add("certificate", secret.OK, "the controller's certificate is good until "+until, "")
	}
}

// sealed counts what is in the file.
func (c *checker) sealed() {
	open := secret.Unsealed(c.plan.Spec, c.plan.Secrets)
	if len(open) == 0 {
		c.add("sealed", secret.OK, "every value is sealed in "+c.plan.Spec.Secrets.File, "")
		return
	}
	c.add("sealed", secret.Failed, fmt.Sprintf("%d values are not sealed yet, e.g. %s/%s", len(open), open[0].Secret, open[0].Key), "sparkwiz secrets seal")
}

// SealingCertificate asks the controller for its certificate, through the API
// server. It looks where this program installs it and where kubeseal expects
// it.
func SealingCertificate(ctx context.Context, cluster *kube.Cluster) ([]byte, error) {
	var first error
	for _, namespace := range []string{"sealed-secrets", "kube-system"} {
		services := cluster.Client.CoreV1().Services(namespace)
		s, err := services.Get(ctx, "sealed-secrets-controller", metav1.GetOptions{})
		if err == nil && len(s.Spec.Ports) > 0 {
			var data []byte
			if data, err = services.ProxyGet("http", s.Name, s.Spec.Ports[0].Name, "/v1/cert.pem", nil).DoRaw(ctx); err == nil {
				return data, nil
			}
		}
		if first == nil || apierrors.IsNotFound(first) && !apierrors.IsNotFound(err) {
			first = err
		}
	}
	return nil, first
}
