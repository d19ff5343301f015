package question

import (
	"errors"
	"regexp"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func clusterRows() []Question {
	return []Question{{
		Key: "cluster.context", Page: "cluster", Title: "Cluster", Required: true,
		Help: "The kubeconfig context to install into. It is kept with the answers, so that a later apply never goes to whichever " +
			"cluster happens to be configured.",
		Field:   func(s *spec.Spec) any { return &s.Cluster.Context },
		Suggest: currentContext,
		Check:   func(s spec.Spec) error { return filled(s.Cluster.Context, "name a kubeconfig context") },
	}, {
		Key: "namespace", Page: "cluster", Title: "Namespace",
		Help: "Everything goes into this one namespace. It is made with Pod Security 'restricted'; one that exists and is not " +
			"sparkwiz's is never touched.",
		Field: func(s *spec.Spec) any { return &s.Namespace },
		Check: func(s spec.Spec) error { return dnsLabel(s.Namespace) },
	}, {
		Key: "name", Page: "cluster", Title: "Platform name",
		Help:  "Tells platforms apart: in labels, in the workspace and when you confirm an uninstall.",
		Field: func(s *spec.Spec) any { return &s.Name },
		Check: func(s spec.Spec) error { return dnsLabel(s.Name) },
	}, {
		Key: "images.registry", Page: "cluster", Title: "Image registry",
		Help: "Your own registry, which replaces docker.io in every image reference; `sparkwiz images push` fills it. Empty keeps the " +
			"public names, for clusters that pull from the internet or have the images loaded, as the sandbox does.",
		Field: func(s *spec.Spec) any { return &s.Images.Registry },
		Check: func(s spec.Spec) error {
			if s.Images.Registry != "" && !registry.MatchString(s.Images.Registry) {
				return errors.New("want a host with an optional port and path, without https://")
			}
			return nil
		},
	}, {
		Key: "images.load", Page: "cluster", Title: "Load images from here",
		Help: "For a cluster that runs on this machine: apply gives it the archives that `sparkwiz images build` has made, and no registry is " +
			"needed. Every other cluster pulls them, from the public registry or yours.",
		Field:   func(s *spec.Spec) any { return &s.Images.Load },
		When:    func(s spec.Spec) bool { return s.Images.Registry == "" },
		Suggest: localCluster,
	}}
}

// localCluster tells clusters on this machine by the names that their tools
// give to contexts.
func localCluster(f facts.Facts) (value, reason string) {
	name := f.Context
	for _, c := range f.Contexts {
		if name == "" && c.Current {
			name = c.Name
		}
	}
	if strings.HasPrefix(name, "kind-") || name == "docker-desktop" {
		return "true", name + " runs on this machine"
	}
	return "", ""
}

func currentContext(f facts.Facts) (value, reason string) {
	for _, c := range f.Contexts {
		if c.Current {
			return c.Name, "the kubeconfig's current context"
		}
	}
	return "", ""
}

var (
	label    = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$`)
	registry = regexp.MustCompile(`^[a-z0-9.-]+(:\d+)?(/[a-z0-9._/-]+)?$`)
)

func dnsLabel(text string) error {
	if !label.MatchString(text) {
		return errors.New("want lower-case letters, digits and dashes, beginning with a letter, 50 at most")
	}
	return nil
}

func filled(text, want string) error {
	if text == "" {
		return errors.New(want)
	}
	return nil
}
