package component

import (
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Database is how a client reaches one database, whoever runs the server.
type Database struct {
	Name, User string
	Host       string
	Port       int
	Secret     string // that has the user's password
	Key        string // of the password in it
	TLS        string // spec.TLSOff and so on
	CASecret   string // with the authority to trust under CAKey; empty: those that the client knows
	Peers      []any  // NetworkPolicy peers that are the server; nil: the charts' default, the one in the cluster
	refs       []secret.Ref
}

// CAKey is where a Secret has an authority's certificate.
const CAKey = "ca.crt"

// databases are the names of the databases that these answers need. Each has
// an owner of the same name.
func databases(s spec.Spec) []string {
	var names []string
	if s.Iceberg.Enabled {
		names = append(names, "metastore")
	}
	if s.Airflow.Enabled {
		names = append(names, "airflow")
	}
	return names
}

// in reports whether databases are needed, and are where mode says.
func in(mode string) func(spec.Spec) bool {
	return func(s spec.Spec) bool { return s.Database.Mode == mode && len(databases(s)) > 0 }
}

// database is how clients reach the database with a name, such as metastore.
func database(s spec.Spec, name string) Database {
	d := Database{Name: name, User: name, Port: 5432, TLS: spec.TLSOff}
	password := secret.Ref{Purpose: "the user " + name + " in the database"}
	switch s.Database.Mode {
	case spec.External:
		d.Host, d.Port, d.TLS, d.CASecret, d.Peers = s.Database.Host, s.Database.Port, s.Database.TLS, "", anywhere()
		password.Secret, password.Key, password.Yours = s.Database.Secret, name+"-password", true
		if d.TLS == spec.TLSVerified && s.Database.CA != "" {
			d.CASecret = s.Database.CA
			d.refs = append(d.refs, secret.Ref{Secret: d.CASecret, Key: CAKey, Purpose: "authority that signed the database's certificate", Yours: true})
		}
	case spec.CloudNativePG:
		// The operator makes the Service and the Secret with its authority.
		d.Host, d.TLS, d.CASecret = clusterRelease+"-rw", spec.TLSVerified, clusterRelease+"-ca"
		d.Peers = []any{map[string]any{"podSelector": map[string]any{"matchLabels": map[string]any{"cnpg.io/cluster": clusterRelease}}}}
		password.Secret, password.Key, password.User = "postgresql-"+name, "password", name
	default:
		d.Host = "postgresql"
		password.Secret, password.Key = databaseSecret, name+"-password"
	}
	d.Secret, d.Key = password.Secret, password.Key
	d.refs = append([]secret.Ref{password}, d.refs...)
	return d
}

// values are the part of a client's chart that says where its database is.
func (d Database) values() map[string]any {
	return map[string]any{
		"host": d.Host, "port": d.Port, "name": d.Name, "user": d.User,
		"existingSecret": d.Secret, "passwordKey": d.Key,
		"tls": map[string]any{"mode": d.TLS, "caSecret": d.CASecret, "caKey": CAKey},
	}
}

// anywhere are peers whose addresses are not known: outside the cluster, or in
// another namespace.
func anywhere() []any {
	return []any{
		map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0"}},
		map[string]any{"ipBlock": map[string]any{"cidr": "::/0"}},
		map[string]any{"namespaceSelector": map[string]any{}},
	}
}
