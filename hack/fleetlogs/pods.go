package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// surveys selects what sparkwiz size --fleet makes.
const surveys = "app.kubernetes.io/name=sparkwiz-fleet"

// said prints the logs of the pods that read shards.
func said(ctx context.Context, kubeconfig, kubeContext, namespace string) error {
	c, err := kube.Open(kubeconfig, kubeContext)
	if err != nil {
		return err
	}
	pods := c.Client.CoreV1().Pods(namespace)
	list, err := pods.List(ctx, metav1.ListOptions{LabelSelector: surveys + ",app.kubernetes.io/component=shard"})
	if err != nil {
		return err
	}
	for _, pod := range list.Items {
		text, err := pods.GetLogs(pod.Name, &corev1.PodLogOptions{}).DoRaw(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%s\n%s", pod.Name, text)
	}
	return nil
}

func clearJobs(ctx context.Context, kubeconfig, kubeContext, namespace string) error {
	c, err := kube.Open(kubeconfig, kubeContext)
	if err != nil {
		return err
	}
	background := metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)}
	return c.Client.BatchV1().Jobs(namespace).DeleteCollection(ctx, background, metav1.ListOptions{LabelSelector: surveys})
}

func kill(ctx context.Context, kubeconfig, kubeContext, namespace string, shards int) error {
	c, err := kube.Open(kubeconfig, kubeContext)
	if err != nil {
		return err
	}
	pods := c.Client.CoreV1().Pods(namespace)
	index := strconv.Itoa(fleet.Log{Name: long}.Shard(shards))
	selector := surveys + "," + batchv1.JobCompletionIndexAnnotation + "=" + index
	for {
		list, err := pods.List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil {
			return err
		}
		for _, pod := range list.Items {
			if pod.Status.Phase == corev1.PodRunning {
				fmt.Printf("deleting %s, which reads shard %s\n", pod.Name, index)
				return pods.Delete(ctx, pod.Name, metav1.DeleteOptions{})
			}
			if pod.Status.Phase == corev1.PodSucceeded {
				return fmt.Errorf("%s was done before it could be deleted: make the log longer", pod.Name)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
