package charts

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"k8s.io/utils/ptr"
)

// A store is where the bucket may be, and what that looks like from the pods.
type store struct {
	values map[string]any
	bucket string   // address of the bucket
	conf   []string // properties that reach it
	keys   []string // variables that come from the Secret, of Hadoop and of rclone
	file   bool     // the key is a file
	ports  []int32  // that the store and what tells identities are reached on
}

func stores() map[string]store {
	return map[string]store{
		"s3": {
			bucket: "s3a://spark", conf: []string{"fs.s3a.endpoint=http://object-store:7070", "EnvironmentVariableCredentialsProvider"},
			keys:  []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RCLONE_CONFIG_STORE_ACCESS_KEY_ID", "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY"},
			ports: []int32{7070},
		},
		"AWS": {
			values: set(nil, "s3.endpoint", ""),
			bucket: "s3a://spark", conf: []string{"fs.s3a.endpoint.region=us-east-1"},
			keys:  []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RCLONE_CONFIG_STORE_ACCESS_KEY_ID", "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY"},
			ports: []int32{443},
		},
		"gcs": {
			values: onGCS, bucket: "gs://spark", conf: []string{"fs.gs.auth.type=APPLICATION_DEFAULT"},
			file: true, ports: []int32{443},
		},
		"gcs, by identity": {
			values: set(onGCS, "store.existingSecret", ""), bucket: "gs://spark", conf: []string{"fs.gs.auth.type=APPLICATION_DEFAULT"},
			ports: []int32{80, 443, 988},
		},
		"azure": {
			values: onAzure, bucket: "abfss://spark@account1.dfs.core.windows.net",
			conf: []string{"fs.azure.account.key.account1.dfs.core.windows.net=${env.AZURE_STORAGE_KEY}"},
			keys: []string{"AZURE_STORAGE_KEY", "RCLONE_CONFIG_STORE_KEY"}, ports: []int32{443},
		},
		"azure in China": {
			values: set(onAzure, "azure.endpointSuffix", "core.chinacloudapi.cn"), bucket: "abfss://spark@account1.dfs.core.chinacloudapi.cn",
			conf: []string{"fs.azure.account.key.account1.dfs.core.chinacloudapi.cn=${env.AZURE_STORAGE_KEY}"},
			keys: []string{"AZURE_STORAGE_KEY", "RCLONE_CONFIG_STORE_KEY"}, ports: []int32{443},
		},
	}
}

// Whatever the store is: no address is of another one, each process gets the key it needs by reference and no other, and
// pods reach the store's ports.
func TestStores(t *testing.T) {
	for name, want := range stores() {
		for _, chart := range []string{"spark-3.5", "spark-4.1", "hive-metastore"} {
			t.Run(name+", "+chart, func(t *testing.T) {
				text, err := render(t, chart, want.values)
				if err != nil {
					t.Fatal(err)
				}
				// Hadoop's XML says the same as Spark's properties.
				text = strings.NewReplacer("<property><name>", "", "</name><value>", "=").Replace(text)
				for _, part := range append(want.conf, want.bucket+"/warehouse") {
					if !strings.Contains(text, part) {
						t.Errorf("nothing says %s", part)
					}
				}
				for _, scheme := range []string{"s3a://", "gs://", "abfss://"} {
					if strings.Count(text, scheme) != strings.Count(text, want.bucket) && strings.HasPrefix(want.bucket, scheme) ||
						strings.Contains(text, scheme) && !strings.HasPrefix(want.bucket, scheme) {
						t.Errorf("an address is of another bucket than %s", want.bucket)
					}
				}
				credentials(t, chart, want)
				reached(t, chart, want)
			})
		}
	}
}

// credentials looks at the variables and mounts of every container of a chart.
func credentials(t *testing.T, chart string, want store) {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for name, pod := range pods(t, chart, want.values) {
		for _, result := range evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec) {
			if !result.Allowed {
				t.Errorf("%s: %s (%s)", name, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			var keys []string
			for _, variable := range c.Env {
				if isStoreKey(variable.Name) {
					keys = append(keys, variable.Name)
				}
				if isStoreKey(variable.Name) && (variable.Value != "" || variable.ValueFrom == nil || variable.ValueFrom.SecretKeyRef == nil) {
					t.Errorf("%s/%s: %s does not come from a Secret", name, c.Name, variable.Name)
				}
			}
			rclone := strings.HasPrefix(c.Name, "event-log-")
			of := slices.DeleteFunc(slices.Clone(want.keys), func(key string) bool { return strings.HasPrefix(key, "RCLONE") != rclone })
			if !slices.Equal(keys, of) {
				t.Errorf("%s/%s has the keys %q, not %q", name, c.Name, keys, of)
			}
			if got := keyFile(pod.Spec, c); got != want.file {
				t.Errorf("%s/%s has a key file: %t", name, c.Name, got)
			}
		}
	}
}

func isStoreKey(name string) bool {
	return strings.HasSuffix(name, "_KEY") || strings.HasSuffix(name, "_KEY_ID")
}

// keyFile says whether the file that GOOGLE_APPLICATION_CREDENTIALS names is there, from a Secret, for the pod's group.
func keyFile(pod corev1.PodSpec, c corev1.Container) bool {
	i := slices.IndexFunc(c.Env, func(v corev1.EnvVar) bool { return v.Name == "GOOGLE_APPLICATION_CREDENTIALS" })
	m := slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == "object-store" })
	v := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == "object-store" })
	if i < 0 || m < 0 || v < 0 {
		return false
	}
	secret := pod.Volumes[v].Secret
	return secret != nil && ptr.Deref(secret.DefaultMode, 0) == 0o440 &&
		c.Env[i].Value == c.VolumeMounts[m].MountPath+"/"+secret.Items[0].Path
}

// reached collects the ports on which policies let pods out to where the store's peers or Google's metadata server are.
func reached(t *testing.T, chart string, want store) {
	t.Helper()
	outside := []any{map[string]any{"ipBlock": map[string]any{"cidr": "192.0.2.0/24"}}}
	for _, object := range objects(t, chart, set(want.values, "networkPolicy.storePeers", outside)) {
		if object.GetKind() != "NetworkPolicy" {
			continue
		}
		var ports []int32
		for _, rule := range as[networkingv1.NetworkPolicy](t, object.Object).Spec.Egress {
			for _, peer := range rule.To {
				if peer.IPBlock == nil || peer.IPBlock.CIDR == "0.0.0.0/0" {
					continue
				}
				for _, port := range rule.Ports {
					ports = append(ports, port.Port.IntVal)
				}
			}
		}
		slices.Sort(ports)
		if ports = slices.Compact(ports); !slices.Equal(ports, want.ports) {
			t.Errorf("%s lets pods out to %v, not %v", object.GetName(), ports, want.ports)
		}
	}
}

// What other tests ask of the defaults holds for every store and database too.
func TestNothingIsEmptyInAnyStore(t *testing.T) {
	for name, s := range stores() {
		for _, chart := range []string{"spark-4.1", "hive-metastore"} {
			for _, object := range objects(t, chart, s.values) {
				nothingEmpty(t, fmt.Sprintf("%s: %s %s", name, object.GetKind(), object.GetName()), object.Object)
			}
		}
	}
}
