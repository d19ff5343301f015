package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chartutil"
	helmkube "helm.sh/helm/v3/pkg/kube"
	"helm.sh/helm/v3/pkg/postrender"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// history is how many revisions of a release are kept.
const history = 5

// helm is Helm for one operation. Its Configuration cannot be shared between
// two, so each gets a new one; what is costly, discovery, they share.
type helm struct {
	config   *action.Configuration
	platform string
	charts   render.Charts
	patience time.Duration // for the hooks of a chart
}

// helm is Helm for the releases of one namespace, which has their records.
func (w *World) helm(namespace string) (helm, error) {
	version, err := chartutil.ParseKubeVersion(w.version)
	if err != nil {
		return helm{}, err
	}
	// The same capabilities as package render's: what is installed is what was
	// shown. Charts ask the values, not the cluster, for what is served.
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	log := func(format string, args ...any) { fmt.Fprintf(w.Debug, "helm: "+format+"\n", args...) }
	getter := w.getter.In(namespace)
	client := helmkube.New(getter)
	client.Log, client.Namespace = log, namespace
	secrets := driver.NewSecrets(w.Cluster.Client.CoreV1().Secrets(namespace))
	secrets.Log = log
	releases := storage.Init(secrets)
	releases.Log = log
	return helm{platform: w.Plan.Name, charts: w.Charts, patience: w.Timeout, config: &action.Configuration{
		RESTClientGetter: getter, KubeClient: client, Releases: releases, Capabilities: capabilities, Log: log,
		HookOutputFunc: func(_, _, _ string) io.Writer { return w.Debug },
	}}, nil
}

// last returns the newest revision of a release, nil if there is none.
func (h helm) last(name string) (r *release.Release, err error) {
	// The storage driver dereferences a record that it could not decode.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the record of release %s is corrupt: %v", name, p)
		}
	}()
	r, err = h.config.Releases.Last(name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil, nil
	}
	return r, err
}

// chartLabel has the digest of an upstream chart on the record of its release:
// what its templates make may be random, so their text tells nothing.
const chartLabel = "sparkwiz.dev/chart"

func (h helm) labels(r plan.Release) map[string]string {
	labels := map[string]string{platformLabel: h.platform}
	if digest := h.charts.Digest(r); digest != "" {
		labels[chartLabel] = chartMark(digest)
	}
	return labels
}

// chartMark is as much of a digest as a label may hold.
func chartMark(digest string) string { return digest[:min(len(digest), 63)] }

// bare takes out of what Helm has rendered what has a step of its own.
type bare struct{}

func (bare) Run(in *bytes.Buffer) (*bytes.Buffer, error) {
	out, err := render.WithoutCRDs(in.String())
	return bytes.NewBufferString(out), err
}

// hooks is how long the hooks of a chart may take, and what is done to what
// its templates make. Ours have no hooks and no CRDs.
func (h helm) hooks(r plan.Release) (time.Duration, postrender.PostRenderer) {
	if r.Upstream == nil {
		return time.Minute, nil
	}
	return h.patience, bare{}
}

// install makes revision 1. It does not wait: Helm's own waiting cannot be
// stopped and names no object. CRDs have a step of their own; the manifests
// were validated by the API server in the preflight.
func (h helm) install(r plan.Release) error {
	chart, err := h.charts.Load(r)
	if err != nil {
		return err
	}
	i := action.NewInstall(h.config)
	i.ReleaseName, i.Namespace, i.Labels = r.Name, r.Namespace, h.labels(r)
	i.SkipCRDs, i.DisableOpenAPIValidation = true, true
	i.Timeout, i.PostRenderer = h.hooks(r)
	_, err = i.Run(chart, r.Values)
	return h.settle(r.Name, err)
}

// upgrade makes the next revision, in place.
func (h helm) upgrade(r plan.Release) error {
	chart, err := h.charts.Load(r)
	if err != nil {
		return err
	}
	u := action.NewUpgrade(h.config)
	u.Namespace, u.Labels, u.MaxHistory = r.Namespace, h.labels(r), history
	u.ResetValues, u.SkipCRDs, u.DisableOpenAPIValidation = true, true, true
	u.Timeout, u.PostRenderer = h.hooks(r)
	_, err = u.Run(r.Name, chart, r.Values)
	return h.settle(r.Name, err)
}

// uninstall deletes the objects of a release and its record.
func (h helm) uninstall(name string) error {
	u := action.NewUninstall(h.config)
	u.IgnoreNotFound, u.DeletionPropagation, u.Timeout = true, "background", time.Minute
	_, err := u.Run(name)
	return err
}

// unlock ends what a dead installer began: only then does Helm upgrade.
func (h helm) unlock(name string) error {
	r, err := h.last(name)
	if r == nil || err != nil {
		return err
	}
	r.SetStatus(release.StatusFailed, fmt.Sprintf("the installer ended while this was %q", r.Info.Status))
	return h.config.Releases.Update(r)
}

// settle looks at the record after an operation. Helm only logs when it
// cannot write the outcome, and would leave the release pending for ever.
func (h helm) settle(name string, outcome error) error {
	r, err := h.last(name)
	if err != nil {
		return errors.Join(outcome, err)
	}
	if r == nil || !r.Info.Status.IsPending() {
		return outcome
	}
	status, note := release.StatusDeployed, "complete"
	if outcome != nil {
		status, note = release.StatusFailed, outcome.Error()
	}
	r.SetStatus(status, note)
	return errors.Join(outcome, h.config.Releases.Update(r))
}

// ofPlatform names the releases of this platform, whatever their state.
func (h helm) ofPlatform() ([]string, error) {
	records, err := h.config.Releases.Query(map[string]string{"owner": "helm", platformLabel: h.platform})
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil, nil
	}
	var names []string
	for _, r := range records {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return names, err
}
