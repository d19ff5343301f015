package spec_test

import (
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func TestUnknown(t *testing.T) {
	tests := map[string]string{
		"nmae":               `unknown key "nmae", did you mean "name"?`,
		"storage.pathstyle":  `unknown key "storage.pathstyle", did you mean "storage.pathStyle"?`,
		"max":                `unknown key "max", did you mean "spark.executor.max"?`,
		"executor.max":       `unknown key "executor.max", did you mean "spark.executor.max"?`,
		"executor":           `unknown key "executor", did you mean "spark.executor"?`,
		"spark.executor.mxa": `unknown key "spark.executor.mxa", did you mean "spark.executor.max"?`,
		"spark.driver":       `"spark.driver" is a section: answer spark.driver.memory`,
		"gpu":                `"gpu" is a section: answer gpu.devicePlugin, gpu.enabled, gpu.mode`,
		"version":            `unknown key "version", did you mean "spark-35.version"?`, // the file's own version is no answer
		"":                   `unknown key ""`,
		"完全不明的键":             `unknown key "完全不明的键"`,
	}
	for key, want := range tests {
		if got := spec.Unknown(key).Error(); got != want {
			t.Errorf("%q:\n got %s\nwant %s", key, got, want)
		}
	}
}
