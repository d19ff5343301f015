// Package volumes provides persistent volumes: each is a directory below the
// sandbox's own, writable for pods of any user, since the kubelet applies no
// fsGroup to directories of the host.
package volumes

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

const (
	// Provisioner is the name that storage classes give.
	Provisioner = "sandbox.sparkwiz.dev/directory"

	claimAnnotation  = "volume.kubernetes.io/storage-provisioner" // set by Kubernetes once a volume is wanted
	volumeAnnotation = "pv.kubernetes.io/provisioned-by"
)

// Serve provides volumes below root until ctx ends.
func Serve(ctx context.Context, client kubernetes.Interface, root string) error {
	changed := make(chan struct{}, 1)
	wake := func() {
		select {
		case changed <- struct{}{}:
		default: // One look takes in all that happened before it.
		}
	}
	onAny := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { wake() },
		UpdateFunc: func(any, any) { wake() },
		DeleteFunc: func(any) { wake() },
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	core := factory.Core().V1()
	for _, informer := range []cache.SharedIndexInformer{core.PersistentVolumeClaims().Informer(), core.PersistentVolumes().Informer()} {
		if _, err := informer.AddEventHandler(onAny); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	defer factory.Shutdown()
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("cannot list %v", kind)
		}
	}
	p := provider{client: client, root: root}
	for {
		claims, err := core.PersistentVolumeClaims().Lister().List(labels.Everything())
		if err != nil {
			return err
		}
		all, err := core.PersistentVolumes().Lister().List(labels.Everything())
		if err != nil {
			return err
		}
		retry := 30 * time.Second
		if err := p.reconcile(ctx, claims, all); err != nil {
			log.Print(err)
			retry = time.Second
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-time.After(retry):
		}
	}
}

type provider struct {
	client kubernetes.Interface
	root   string
}

// reconcile makes the volumes that claims wait for and removes the released.
func (p provider) reconcile(ctx context.Context, claims []*corev1.PersistentVolumeClaim, all []*corev1.PersistentVolume) error {
	var errs []error
	for _, c := range claims {
		if waits(c) {
			errs = append(errs, p.provide(ctx, c))
		}
	}
	for _, v := range all {
		if v.Status.Phase == corev1.VolumeReleased && v.Annotations[volumeAnnotation] == Provisioner &&
			v.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete {
			errs = append(errs, p.remove(ctx, v))
		}
	}
	return errors.Join(errs...)
}

// waits tells whether a claim needs a volume of ours.
func waits(c *corev1.PersistentVolumeClaim) bool {
	return c.Status.Phase == corev1.ClaimPending && c.Spec.VolumeName == "" &&
		c.Annotations[claimAnnotation] == Provisioner && c.DeletionTimestamp == nil
}

func (p provider) provide(ctx context.Context, cached *corev1.PersistentVolumeClaim) error {
	// The cache of claims may lag behind that of volumes; a claim that is gone
	// or bound by now would get a second volume, which nobody removes.
	c, err := p.client.CoreV1().PersistentVolumeClaims(cached.Namespace).Get(ctx, cached.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && (c.UID != cached.UID || !waits(c)) {
		return nil
	}
	if err != nil {
		return err
	}
	name := "pvc-" + string(c.UID)
	path := filepath.Join(p.root, name)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	// The umask took bits away; pods of any user and group write here.
	if err := os.Chmod(path, 0o777); err != nil {
		return err
	}
	class := ""
	if c.Spec.StorageClassName != nil {
		class = *c.Spec.StorageClassName
	}
	directory := corev1.HostPathDirectory
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{volumeAnnotation: Provisioner}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: c.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes:                   c.Spec.AccessModes,
			StorageClassName:              class,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: c.Namespace, Name: c.Name, UID: c.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path, Type: &directory}},
		},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("volume for %s/%s: %w", c.Namespace, c.Name, err)
	}
	return nil
}

// remove deletes a volume and its directory. The directory follows from the
// name, not from the object: whoever edits a volume cannot aim it elsewhere.
func (p provider) remove(ctx context.Context, v *corev1.PersistentVolume) error {
	if err := os.RemoveAll(filepath.Join(p.root, filepath.Base(v.Name))); err != nil {
		return err
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, v.Name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("volume %s: %w", v.Name, err)
	}
	return nil
}
