package question

import (
	"errors"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// databaseNeeded reports whether anything of the platform keeps its data in
// PostgreSQL.
func databaseNeeded(s spec.Spec) bool { return s.Iceberg.Enabled || s.Airflow.Enabled }

// databaseIn reports whether a database is needed, and where.
func databaseIn(modes ...string) func(spec.Spec) bool {
	return func(s spec.Spec) bool {
		for _, mode := range modes {
			if databaseNeeded(s) && s.Database.Mode == mode {
				return true
			}
		}
		return false
	}
}

func databaseRows() []Question {
	external := databaseIn(spec.External)
	return []Question{{
		Key: "database.mode", Page: "database", Title: "Database", When: databaseNeeded,
		Help: "The Hive Metastore keeps the names and versions of tables in PostgreSQL, and Airflow what it has run. One server " +
			"in the cluster has no replica and no backup: right for a first try. CloudNativePG runs servers that follow each other.",
		Field:   func(s *spec.Spec) any { return &s.Database.Mode },
		Options: databaseModes,
		Check: func(s spec.Spec) error {
			if s.Database.Mode == spec.InCluster && s.Environment != spec.Dev {
				return fault.New(fault.Usage, "the one server in the cluster is for dev; "+s.Environment+" needs a database that is looked after",
					"--set database.mode="+spec.CloudNativePG)
			}
			return nil
		},
	}, {
		Key: "database.host", Page: "database", Title: "Host", When: external,
		Help:  "Name of the PostgreSQL server. The databases and their owners must exist; docs/databases.md has the SQL.",
		Field: func(s *spec.Spec) any { return &s.Database.Host },
		Check: func(s spec.Spec) error {
			if !host.MatchString(s.Database.Host) {
				return errors.New("want a host name such as db.example.com, without a port")
			}
			return nil
		},
	}, {
		Key: "database.port", Page: "database", Title: "Port", When: external,
		Help:  "Port of the PostgreSQL server.",
		Field: func(s *spec.Spec) any { return &s.Database.Port },
		Check: func(s spec.Spec) error { return within(s.Database.Port, 1, 65535) },
	}, {
		Key: "database.secret", Page: "database", Title: "Secret with the passwords", When: external,
		Help: "A Secret in the platform's namespace with a password for each database: metastore-password and, with Airflow, " +
			"airflow-password. You make it; sparkwiz only names it.",
		Field: func(s *spec.Spec) any { return &s.Database.Secret },
		Check: func(s spec.Spec) error { return objectName(s.Database.Secret) },
	}, {
		Key: "database.tls", Page: "database", Title: "TLS", When: external,
		Help:  "How sure clients are of whom they talk to. Only verify-full keeps out somebody who answers in the server's place.",
		Field: func(s *spec.Spec) any { return &s.Database.TLS },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.TLSVerified, Label: "Verified", Note: "encrypted, and the certificate is for the host"},
				{Value: spec.TLSRequire, Label: "Encrypted", Note: "whoever answers is trusted"},
				{Value: spec.TLSOff, Label: "Off", Note: "passwords and data can be read on the way"},
			}
		},
	}, {
		Key: "database.ca", Page: "database", Title: "Secret with the authority",
		When: func(s spec.Spec) bool { return external(s) && s.Database.TLS == spec.TLSVerified },
		Help: "A Secret with the key ca.crt: the certificate (PEM) of the authority that signed the server's. Empty trusts the public " +
			"authorities; those of RDS and Cloud SQL are not among them.",
		Field: func(s *spec.Spec) any { return &s.Database.CA },
		Check: func(s spec.Spec) error {
			if s.Database.CA == "" {
				return nil
			}
			return objectName(s.Database.CA)
		},
	}, {
		Key: "database.instances", Page: "database", Title: "Servers", When: databaseIn(spec.CloudNativePG),
		Help:  "One takes writes, the others follow it and take over. Two survive the loss of a node; three do so during an upgrade too.",
		Field: func(s *spec.Spec) any { return &s.Database.Instances },
		Check: func(s spec.Spec) error {
			if s.Environment == spec.Prod && s.Database.Instances < 2 {
				return fault.New(fault.Usage, "one server is lost with its node; prod needs another that takes over", "--set database.instances=3")
			}
			return within(s.Database.Instances, 1, 9)
		},
	}, {
		Key: "database.size", Page: "database", Title: "Volume size", When: databaseIn(spec.InCluster, spec.CloudNativePG),
		Help:  "Size of the volume under each server. The metastore of a thousand tables takes a few hundred MiB.",
		Field: func(s *spec.Spec) any { return &s.Database.Size },
		Check: func(s spec.Spec) error { return volumeSize(s.Database.Size) },
	}}
}

func databaseModes(f facts.Facts) []Option {
	operator := Option{Value: spec.CloudNativePG, Label: "CloudNativePG", Note: "servers with replicas; staging and prod"}
	switch {
	case !f.Known:
	case f.Serves("postgresql.cnpg.io/v1"):
		operator.Note = "its operator was found"
	default:
		operator.Note = "its operator is not here"
	}
	return []Option{
		{Value: spec.InCluster, Label: "In the cluster", Note: "one server on one volume; dev only"},
		operator,
		{Value: spec.External, Label: "Bring your own", Note: "RDS, Cloud SQL, Azure Database …"},
	}
}
