package kube

import (
	"io"
	"log"

	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

// Quiet sends what the libraries log by themselves (klog, the API server's
// warnings, the standard logger that Helm's value merging uses) to debug, so
// that nothing of it lands in a terminal page or in JSON on stdout. Those are
// switches of the whole process: main calls it once, before anything else.
func Quiet(debug io.Writer) {
	klog.LogToStderr(false)
	klog.SetOutput(debug)
	log.SetOutput(debug)
	rest.SetDefaultWarningHandler(rest.NewWarningWriter(debug, rest.WarningWriterOptions{Deduplicate: true}))
}
