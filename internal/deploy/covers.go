package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// covers reports whether all that was planned is so on the cluster, which adds
// defaults and leaves out what is zero. A certificate is the operator's own.
func covers(planned, live any) bool {
	switch planned := planned.(type) {
	case map[string]any:
		there, ok := live.(map[string]any)
		if !ok && live != nil {
			return false
		}
		for k, v := range planned {
			if k != "caBundle" && !covers(v, there[k]) {
				return false
			}
		}
		return true
	case []any:
		there, ok := live.([]any)
		if !ok {
			return len(planned) == 0 && live == nil
		}
		return slices.EqualFunc(planned, there, covers)
	case nil:
		return true
	}
	if live == nil {
		return planned == false || planned == "" || planned == int64(0) || planned == float64(0)
	}
	return equalScalars(planned, live)
}

// equalScalars compares as JSON does: a number has no type there.
func equalScalars(a, b any) bool {
	left, err := json.Marshal(a)
	right, other := json.Marshal(b)
	return errors.Join(err, other) == nil && bytes.Equal(left, right)
}
