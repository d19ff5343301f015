package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestDatabase is which server is installed, how the metastore is told to reach its database, and whose passwords are
// needed.
func TestDatabase(t *testing.T) {
	outside := spec.Database{Mode: spec.External, Host: "db.example.com", Port: 6432, Secret: "db", TLS: spec.TLSVerified, CA: "rds-ca"}
	trusting := outside
	trusting.TLS = spec.TLSRequire
	const anywhere = "[map[ipBlock:map[cidr:0.0.0.0/0]] map[ipBlock:map[cidr:::/0]] map[namespaceSelector:map[]]]"
	tests := map[string]struct {
		database spec.Database
		server   string // release that is installed for it
		address  string
		password string
		ca       string
		peers    string
	}{
		"in the cluster": {
			spec.Default().Database, "postgresql",
			"metastore@postgresql:5432/metastore disable", "postgresql-credentials/metastore-password", "", "<nil>",
		},
		"what was answered before does not leak in": {
			spec.Database{Mode: spec.InCluster, Host: "old", Port: 1, Secret: "old", TLS: spec.TLSRequire, CA: "old", Size: "5Gi"},
			"postgresql",
			"metastore@postgresql:5432/metastore disable", "postgresql-credentials/metastore-password", "", "<nil>",
		},
		"replicated": {
			spec.Database{Mode: spec.CloudNativePG, Host: "old", Port: 1, Instances: 3, Size: "5Gi"},
			"postgresql-cluster",
			"metastore@postgresql-cluster-rw:5432/metastore verify-full", "postgresql-metastore/password", "postgresql-cluster-ca",
			"[map[podSelector:map[matchLabels:map[cnpg.io/cluster:postgresql-cluster]]]]",
		},
		"outside": {outside, "", "metastore@db.example.com:6432/metastore verify-full", "db/metastore-password", "rds-ca", anywhere},
		"outside, whoever answers": {
			trusting, "", "metastore@db.example.com:6432/metastore require", "db/metastore-password", "", anywhere,
		},
	}
	for name, tt := range tests {
		s := spec.Default()
		s.Database = tt.database
		for _, c := range component.Catalogue() {
			if server := strings.HasPrefix(c.Name, "postgresql"); server && c.Installed(s) != (c.Name == tt.server) {
				t.Errorf("%s: %s is installed: %t", name, c.Name, c.Installed(s))
			}
			if c.Name != "hive-metastore" {
				continue
			}
			if tt.server != "" && !slices.Contains(c.Needs, tt.server) {
				t.Errorf("%s: the metastore does not wait for %s", name, tt.server)
			}
			db := c.Values(s)["database"].(map[string]any)
			tls := db["tls"].(map[string]any)
			if got := fmt.Sprintf("%s@%s:%d/%s %s", db["user"], db["host"], db["port"], db["name"], tls["mode"]); got != tt.address {
				t.Errorf("%s: the database is %s, not %s", name, got, tt.address)
			}
			if got := fmt.Sprintf("%s/%s", db["existingSecret"], db["passwordKey"]); got != tt.password {
				t.Errorf("%s: the password is in %s, not in %s", name, got, tt.password)
			}
			if tls["caSecret"] != tt.ca {
				t.Errorf("%s: the authority is in %q, not in %q", name, tls["caSecret"], tt.ca)
			}
			if got := fmt.Sprint(c.Values(s)["networkPolicy"].(map[string]any)["databasePeers"]); got != tt.peers {
				t.Errorf("%s: the metastore may reach %s, not %s", name, got, tt.peers)
			}
		}
	}
}

// TestNoDatabase: without anything that keeps data in PostgreSQL there is none, wherever it would have been.
func TestNoDatabase(t *testing.T) {
	for _, mode := range []string{spec.InCluster, spec.External, spec.CloudNativePG} {
		s := spec.Default()
		s.Iceberg.Enabled, s.Database.Mode = false, mode
		for _, c := range component.Catalogue() {
			if strings.HasPrefix(c.Name, "postgresql") && c.Installed(s) {
				t.Errorf("%s: %s is installed for nobody", mode, c.Name)
			}
		}
	}
}

// TestLoginNames: what an operator makes a role of needs its name beside its password; nothing else has one.
func TestLoginNames(t *testing.T) {
	for _, mode := range []string{spec.InCluster, spec.CloudNativePG} {
		s := spec.Default()
		s.Database.Mode, s.Airflow.Enabled = mode, true
		for _, c := range component.Catalogue() {
			if !c.Installed(s) {
				continue
			}
			for _, ref := range c.Secrets(s) {
				want := ""
				if mode == spec.CloudNativePG && ref.Key == "password" {
					want = strings.TrimPrefix(ref.Secret, "postgresql-")
				}
				if ref.User != want {
					t.Errorf("%s, %s: %s/%s is the password of %q, not %q", mode, c.Name, ref.Secret, ref.Key, ref.User, want)
				}
			}
		}
	}
}

// TestClusterSpread: servers on one node are lost together.
func TestClusterSpread(t *testing.T) {
	for environment, want := range map[string]string{spec.Dev: "preferred", spec.Staging: "required", spec.Prod: "required"} {
		s := spec.Default()
		s.Environment, s.Database.Mode = environment, spec.CloudNativePG
		for _, c := range component.Catalogue() {
			if c.Name != "postgresql-cluster" {
				continue
			}
			if got := c.Values(s)["antiAffinity"].(map[string]any)["type"]; got != want {
				t.Errorf("%s: %v, not %s", environment, got, want)
			}
			if pod := c.Pods(s)[0]; pod.Count != 3 || pod.Volume != 5<<30 {
				t.Errorf("%s: the plan counts %+v", environment, pod)
			}
		}
	}
}
