package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// remedy is where to look after an error of a step: first by what the error
// says, then by the step.
func remedy(p plan.Plan, s step, said string) string {
	for _, r := range []struct {
		words   []string
		command string
	}{
		{[]string{"nothing answers at"}, kubectl(p, "get pods -l app.kubernetes.io/name=spark-connect")},
		{[]string{"refuses the token in its Secret"}, kubectl(p, "rollout restart statefulset/jupyter")},
		{[]string{"JupyterLab does not answer", "the kernel died"}, kubectl(p, "describe pods -l app.kubernetes.io/name=jupyter")},
		{[]string{"executor pods"}, kubectl(p, "get pods,events -l spark-role=executor")},
		{[]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "Status Code: 403"}, kubectl(p, "describe secret "+storeSecret(p)) + "   # are these the store's keys?"},
		{[]string{"NoSuchBucket"}, fmt.Sprintf("--set storage.bucket=…   # the store has no bucket %q", p.Spec.Storage.Bucket)},
		{[]string{"TTransportException", "MetaException", "Hive Metastore"}, kubectl(p, "logs deployment/hive-metastore --tail=50")},
	} {
		if slices.ContainsFunc(r.words, func(w string) bool { return strings.Contains(said, w) }) {
			return r.command
		}
	}
	return kubectl(p, "logs "+s.logs+" --tail=50")
}

func storeSecret(p plan.Plan) string {
	for _, r := range p.Secrets {
		if r.Key == "secret-key" {
			return r.Secret
		}
	}
	return p.Spec.Storage.Secret
}
