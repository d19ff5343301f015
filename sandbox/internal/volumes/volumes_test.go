package volumes

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	class, others := "standard", filepath.Join(t.TempDir(), "others")
	claim := func(name, provisioner string) *corev1.PersistentVolumeClaim {
		return &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Annotations: map[string]string{claimAnnotation: provisioner}},
			Spec: corev1.PersistentVolumeClaimSpec{
				StorageClassName: &class, AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("3Gi")}},
			},
			Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending},
		}
	}
	ours, foreign := claim("ours", Provisioner), claim("foreign", "somebody.example.com/disk")
	ours.UID, foreign.UID = "1", "2"
	if err := os.Mkdir(others, 0o755); err != nil {
		t.Fatal(err)
	}
	client := fake.NewClientset(ours, foreign)
	root := filepath.Join(t.TempDir(), "volumes")
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, client, root) }()

	var v *corev1.PersistentVolume
	wait(t, "no volume", func() (err error) {
		v, err = client.CoreV1().PersistentVolumes().Get(ctx, "pvc-1", metav1.GetOptions{})
		return err
	})
	if q := v.Spec.Capacity[corev1.ResourceStorage]; q.String() != "3Gi" || v.Spec.ClaimRef.Name != "ours" || v.Spec.StorageClassName != class {
		t.Errorf("volume %+v", v.Spec)
	}
	path := v.Spec.HostPath.Path
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o777 || filepath.Dir(path) != root {
		t.Errorf("directory %s: %v, %v; want mode 0777 below %s", path, info, err, root)
	}
	if err := client.CoreV1().PersistentVolumeClaims("default").Delete(ctx, "ours", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	// Somebody points the volume at a directory that is not the sandbox's.
	v.Status.Phase, v.Spec.HostPath.Path = corev1.VolumeReleased, others
	if _, err := client.CoreV1().PersistentVolumes().Update(ctx, v, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	wait(t, "the released volume stays", func() error {
		if _, err := client.CoreV1().PersistentVolumes().Get(ctx, "pvc-1", metav1.GetOptions{}); err == nil {
			return errors.New("still there")
		}
		return nil
	})
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the directory stays: %v", err)
	}
	if _, err := os.Stat(others); err != nil {
		t.Errorf("another directory was removed: %v", err)
	}
	if _, err := client.CoreV1().PersistentVolumes().Get(ctx, "pvc-2", metav1.GetOptions{}); err == nil {
		t.Error("a claim for another provisioner was served")
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func wait(t *testing.T, what string, check func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}
