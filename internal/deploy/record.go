package deploy

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// recordName names the Lease and the ConfigMap of a platform.
func recordName(platform string) string { return "sparkwiz-" + platform }

// record keeps the answers and the outcome in the cluster, so that another
// machine can go on. It holds references to secrets only, and it is a hint: a
// run that cannot write it goes on.
func (e *engine) record(ctx context.Context, state string) {
	if err := e.tryRecord(ctx, state); err != nil {
		fmt.Fprintln(e.Debug, "record:", err)
	}
}

func (e *engine) tryRecord(ctx context.Context, state string) error {
	answers, err := e.Plan.Spec.Bytes()
	if err != nil {
		return err
	}
	record := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: recordName(e.Plan.Name), Labels: ours(e.Plan.Name)},
		Data: map[string]string{
			"platform.yaml": string(answers),
			"plan":          e.Plan.ID,
			"holder":        e.Holder,
			"state":         state,
			"time":          time.Now().UTC().Format(time.RFC3339),
		},
	}
	maps := e.Cluster.Client.CoreV1().ConfigMaps(e.Plan.Namespace)
	_, err = maps.Update(ctx, record, metav1.UpdateOptions{FieldManager: manager})
	if apierrors.IsNotFound(err) {
		_, err = maps.Create(ctx, record, metav1.CreateOptions{FieldManager: manager})
	}
	return err
}
