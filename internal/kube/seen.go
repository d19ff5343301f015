package kube

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Seen is when an event last happened. Which field says it depends on who
// wrote the event, and with which version of the API.
func Seen(e corev1.Event) time.Time {
	switch {
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	}
	return e.CreationTimestamp.Time
}
