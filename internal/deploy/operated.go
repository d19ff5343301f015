package deploy

import (
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// cnpg is the API group of CloudNativePG.
const cnpg = "postgresql.cnpg.io"

// operated is stricter than kstatus about objects that an operator makes
// something of: before it has looked at one there is no status, and kstatus
// takes that for content.
func operated(o *object, trouble Trouble) (bool, Trouble, error) {
	result, err := status.Compute(o)
	if err != nil {
		return false, trouble, err
	}
	trouble.Says = result.Message
	if said := field(o, "status", "phase"); said != "" {
		trouble.Says = said
		if why := field(o, "status", "phaseReason"); why != "" {
			trouble.Says += ": " + why
		}
	}
	if _, looked := o.Object["status"]; !looked {
		trouble.Says = "its operator has not looked at it yet"
		return false, trouble, nil
	}
	if o.GetKind() == "Database" {
		applied, _, err := unstructured.NestedBool(o.Object, "status", "applied")
		if said := field(o, "status", "message"); said != "" {
			trouble.Says = "could not be made: " + said
		}
		return applied && result.Status == status.CurrentStatus, trouble, err
	}
	return result.Status == status.CurrentStatus && condition(o, "Ready") == "True", trouble, nil
}

// field is a text in an object, or nothing.
func field(o *object, path ...string) string {
	text, _, _ := unstructured.NestedString(o.Object, path...)
	return text
}

// condition is the status of one of an object's conditions.
func condition(o *object, kind string) string { return said(o, kind).status }
