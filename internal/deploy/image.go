package deploy

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// pull is one class of image trouble.
type pull struct {
	marks []string // any of them in the message, in lower case, tells
	says  string
	hint  string
	soon  bool // trying again does not help
}

// pulls are the classes, in the order in which they are looked for: messages
// of one often quote words of a later one.
func pulls() []pull {
	return []pull{
		{
			[]string{"no such host", "server misbehaving", "name resolution"},
			"the registry's name cannot be resolved (DNS)",
			"kubectl get nodes -o wide   # can the nodes resolve names? or --set images.registry=…", false,
		},
		{
			[]string{"toomanyrequests", "too many requests", "rate limit"},
			"the registry allows no more pulls for now (rate limit)",
			"--set images.registry=…   # a mirror, or log in with a pull secret", false,
		},
		{
			[]string{"x509", "tls:", "certificate", "http response to https client"},
			"the registry's certificate is not trusted (TLS)",
			"--set images.registry=…   # or install the registry's authority on the nodes", false,
		},
		{
			[]string{"invalidimagename", "invalid reference", "couldn't parse image", "failed to parse image"},
			"the reference is not valid",
			"--set images.registry=…   # is it spelled right?", true,
		},
		{
			[]string{"pull access denied", "insufficient_scope"},
			"the repository does not exist, or wants a login",
			"--set images.registry=…   # or create a pull secret for it", true,
		},
		{
			[]string{"unauthorized", "authentication required", "no basic auth", "forbidden", "denied"},
			"the registry wants a login (auth)",
			"kubectl create secret docker-registry …   # a pull secret", true,
		},
		{
			[]string{"not found", "manifest unknown", "name unknown", "does not exist", "errimageneverpull", "not present"},
			"there is no such image (not found)",
			"--set images.registry=…   # or push, or load, the image", true,
		},
		{[]string{"no space left"}, "the node's disk is full", "kubectl describe nodes", false},
		{
			[]string{"timeout", "connection refused", "deadline exceeded", "no route", "unreachable", "connection reset"},
			"the registry cannot be reached",
			"--set images.registry=…   # a mirror that the nodes can reach", false,
		},
	}
}

// classify tells which class a kubelet's message belongs to.
func classify(message string) pull {
	message = strings.ToLower(message)
	for _, p := range pulls() {
		for _, m := range p.marks {
			if strings.Contains(message, m) {
				return p
			}
		}
	}
	return pull{says: "it cannot be pulled", hint: "--set images.registry=…"}
}

// image explains an image that does not come.
func (v view) image(p corev1.Pod, c corev1.ContainerStatus, t Trouble) Trouble {
	message := c.State.Waiting.Reason + ": " + c.State.Waiting.Message
	for _, e := range slices.Backward(v.events) {
		if e.InvolvedObject.Name == p.Name && strings.Contains(e.Message, "Failed to pull") {
			// While the kubelet backs off, the status has forgotten why.
			message += "; " + e.Message
			break
		}
	}
	class := classify(strings.ReplaceAll(message, c.Image, ""))
	t.Says = fmt.Sprintf("cannot pull %s: %s", c.Image, class.says)
	t.Detail = brief(after(message, "desc = "))
	t.Hint, t.Fatal, t.After = class.hint, true, slowly
	if class.soon {
		t.After = soon
	}
	return t
}

// brief cuts a message to what fits on a few lines.
func brief(message string) string {
	message = strings.Join(strings.Fields(message), " ")
	if r := []rune(message); len(r) > 240 {
		return string(r[:240]) + "…"
	}
	return message
}
