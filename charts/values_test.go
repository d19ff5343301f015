package charts

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A value is one key of a values.yaml, with what its comment says about it.
type value struct {
	path    string // dotted
	comment string
	node    *yaml.Node
	leaf    bool // a scalar, a list or an empty map
}

// values lists the keys of a chart's values.yaml in the order of the file.
func values(t *testing.T, chart string) []value {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(read(t, chart+"/values.yaml"), &document); err != nil {
		t.Fatal(err)
	}
	var all []value
	var walk func(prefix string, node *yaml.Node)
	walk = func(prefix string, node *yaml.Node) {
		for i := 0; i < len(node.Content); i += 2 {
			key, child := node.Content[i], node.Content[i+1]
			lines := strings.Split(key.HeadComment, "\n")
			for i, line := range lines {
				lines[i] = strings.TrimSpace(strings.TrimPrefix(line, "#"))
			}
			branch := child.Kind == yaml.MappingNode && len(child.Content) > 0
			all = append(all, value{prefix + key.Value, strings.Join(lines, " "), child, !branch})
			if branch {
				walk(prefix+key.Value+".", child)
			}
		}
	}
	walk("", document.Content[0])
	return all
}

// given holds values without which another has no effect.
var given = map[string]map[string]any{
	"airflow networkPolicy.metricsPeers":         {"validation": map[string]any{"metricsUrl": "http://pushgateway:9091"}},
	"airflow s3.sslEnabled":                      {"s3": map[string]any{"endpoint": "s3.example"}},
	"data-validation networkPolicy.metricsPeers": {"validation": map[string]any{"metricsUrl": "http://pushgateway:9091"}},
	"hive-metastore s3.sslEnabled":               {"s3": map[string]any{"endpoint": "s3.example"}},
	"spark-3.5 s3.sslEnabled":                    {"s3": map[string]any{"endpoint": "s3.example"}},
	"spark-4.1 s3.sslEnabled":                    {"s3": map[string]any{"endpoint": "s3.example"}},

	"trace-exporter s3.sslEnabled":     {"s3": map[string]any{"endpoint": "s3.example"}},
	"trace-exporter traces.headersKey": {"traces": map[string]any{"headersSecret": "trace-headers"}},
	"trace-exporter traces.caKey":      {"traces": map[string]any{"caSecret": "trace-ca"}},
	"airflow traces.headersSecret":     sendsTraces,
	"airflow traces.headersKey":        {"traces": map[string]any{"endpoint": "grpc://collector:4317", "headersSecret": "trace-headers"}},
	"airflow networkPolicy.tracePeers": sendsTraces,

	"airflow networkPolicy.prometheusPeers": measured,
	"monitoring traces.tempo":               {"traces": map[string]any{"enabled": true}},
	"monitoring traces.label":               {"traces": map[string]any{"enabled": true, "tempo": "http://tempo.tracing:3200"}},

	"airflow database.tls.caSecret":        verified,
	"airflow database.tls.caKey":           verified,
	"hive-metastore database.tls.caSecret": verified,
	"hive-metastore database.tls.caKey":    verified,
}

// sendsTraces is Airflow that has somewhere to send traces to.
var sendsTraces = map[string]any{"traces": map[string]any{"endpoint": "grpc://collector:4317"}}

// measured is an Airflow whose metrics are collected.
var measured = map[string]any{"metrics": map[string]any{"enabled": true}}

// verified is a client that wants to know whom its database's certificate is for.
var verified = map[string]any{"database": map[string]any{"tls": map[string]any{"mode": "verify-full", "caSecret": "database-ca"}}}

// switchedOn holds sections that do nothing until something else is set.
var switchedOn = map[string]map[string]any{
	"gpu":                 {"gpu": map[string]any{"enabled": true}},
	"metrics":             measured,
	"connect.officeHours": {"connect": map[string]any{"officeHours": map[string]any{"enabled": true}}},
	"gcs":                 onGCS,
	"azure":               onAzure,
}

// Stores other than S3.
var (
	onGCS   = map[string]any{"store": map[string]any{"type": "gcs"}}
	onAzure = map[string]any{"store": map[string]any{"type": "azure"}, "azure": map[string]any{"account": "account1"}}
)

// flips holds another value for what cannot be changed by a rule.
var flips = map[string]any{
	"api.baseUrl":                    "https://airflow.example",
	"avoidNodes":                     []any{map[string]any{"key": "pool", "values": []any{"spot"}}},
	"connect.officeHours.timezone":   "Europe/Berlin",
	"gpu.mode":                       "explainOnly",
	"store.type":                     "gcs",
	"azure.account":                  "account2",
	"database.tls.mode":              "require",
	"database.tls.caSecret":          "other-ca",
	"connect.extraConf":              map[string]any{"spark.sql.shuffle.partitions": "8"},
	"environment":                    "staging",
	"settings":                       map[string]any{"core.default_task_retries": "2"},
	"suites":                         []any{"sales"},
	"validation.metricsUrl":          "http://pushgateway:9091",
	"validation.mode":                "skip",
	"validation.schedule":            "30 5 * * mon-fri",
	"postgresql databases":           []any{},
	"postgresql-cluster databases":   []any{map[string]any{"name": "airflow", "user": "airflow", "existingSecret": "postgresql-airflow"}},
	"antiAffinity.type":              "preferred",
	"buckets":                        []any{"spark", "more"},
	"executor.limitCores":            "2",
	"executor.nodeSelector":          map[string]any{"pool": "spot"},
	"executor.tolerations":           []any{map[string]any{"key": "spot", "operator": "Exists"}},
	"monitorLabels":                  map[string]any{"release": "kube-prometheus-stack"},
	"alerts.objectives.availability": 99.9,
	"alerts.objectives.jobs":         95,
	"alerts.runbooks":                "https://wiki.example.com/runbooks",
	"logs.format":                    "text",
	"imagePullSecrets":               []any{map[string]any{"name": "pull"}},
	"networkPolicy.apiServerCIDRs":   []any{"10.0.0.1/32"},
	"networkPolicy.apiServerPorts":   []any{443},
	"networkPolicy.extraEgress":      []any{map[string]any{"ports": []any{map[string]any{"port": 443, "protocol": "TCP"}}}},
	"image.pullPolicy":               "Always",
	"rclone.image.pullPolicy":        "Always",
	"metrics.image.pullPolicy":       "Always",
	"traces.endpoint":                "http://collector:4318",
	"traces.per":                     "application",
	"traces.tempo":                   "https://tempo.example:443",
	"traces.headersSecret":           "trace-headers",
	"traces.caSecret":                "trace-ca",
	"clients":                        []any{map[string]any{"name": "jupyter", "servers": []any{map[string]any{"port": 8888, "labels": map[string]any{"app": "jupyter"}}}}},
	"agent.image.pullPolicy":         "Always",
	"secrets provider":               "gcp",
	"agent.labels":                   map[string]any{"team": "data"},
	"secrets sealed":                 sealedToken("cluster-wide", true),
	//nolint:dupword // The chart and its value.
	"secrets secrets": []any{map[string]any{"name": "other", "username": "airflow", "keys": []any{
		map[string]any{"key": "password", "entry": "spark/dev/other", "property": "password"},
	}}},
	"store.kind":     "ClusterSecretStore",
	"store.auth":     "static",
	"store.existing": "mine",
	"azure.vaultUrl": "https://other.vault.azure.net",
	"azure.tenantId": "11111111-0000-0000-0000-000000000000",
	"gcp.projectId":  "other-project",
	"ibm.serviceUrl": "https://other.us-south.secrets-manager.appdomain.cloud",
	"vault.caSecret": "vault-ca",
}

// Every value does something, alone and within the schema.
func TestEveryValueChangesTheRendering(t *testing.T) {
	for _, chart := range Names() {
		for _, v := range values(t, chart) {
			if !v.leaf {
				continue
			}
			base, known := given[chart+" "+v.path]
			if chart == "secrets" && !known {
				base, known = secretsWith(v.path), true
			}
			for section, switched := range switchedOn {
				if !known && strings.HasPrefix(v.path, section+".") && v.path != section+".enabled" {
					base = switched
				}
			}
			before, err := render(t, chart, base)
			if err != nil {
				t.Fatalf("%s with %v: %v", chart, base, err)
			}
			flipped := flip(t, chart, v)
			after, err := render(t, chart, set(base, v.path, flipped))
			switch {
			case err != nil:
				t.Errorf("%s: %s=%v: %v", chart, v.path, flipped, err)
			case after == before:
				t.Errorf("%s: %s=%v changes nothing", chart, v.path, flipped)
			}
		}
	}
}

var number = regexp.MustCompile(`\d+`)

func flip(t *testing.T, chart string, v value) any {
	t.Helper()
	if other, known := flips[chart+" "+v.path]; known {
		return other
	}
	if other, known := flips[v.path]; known {
		return other
	}
	if strings.HasSuffix(v.path, "Peers") {
		return []any{map[string]any{"ipBlock": map[string]any{"cidr": "192.0.2.0/24"}}}
	}
	text := v.node.Value
	switch v.node.Tag {
	case "!!bool":
		return text != "true"
	case "!!int":
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n + 1
	case "!!str":
		if at := number.FindStringIndex(text); at != nil {
			n, _ := strconv.Atoi(text[at[0]:at[1]])
			return text[:at[0]] + strconv.Itoa(n+1) + text[at[1]:]
		}
		return text + "x"
	}
	t.Fatalf("%s: say in flips what else it could be", v.path)
	return nil
}

// set returns a copy of the values with one more, at a dotted path.
func set(base map[string]any, path string, v any) map[string]any {
	key, rest, nested := strings.Cut(path, ".")
	out := map[string]any{}
	maps.Copy(out, base)
	if nested {
		below, _ := out[key].(map[string]any)
		v = set(below, rest, v)
	}
	out[key] = v
	return out
}

func TestSchemaRefuses(t *testing.T) {
	refused := []struct {
		chart, path string
		value       any
	}{
		{"spark-4.1", "unknown", true},
		{"spark-4.1", "executor.memory", "1Gi"},
		{"spark-4.1", "executor.cores", 0},
		{"spark-4.1", "executor.requestCores", "half"},
		{"spark-4.1", "executor.instances.maximum", 3},
		{"spark-4.1", "image.tag", "latest"},
		{"spark-4.1", "image.pullPolicy", "Sometimes"},
		{"spark-4.1", "connect.grpcPort", 80},
		{"spark-4.1", "connect.extraConf", map[string]any{"spark.hadoop.fs.s3a.secret.key": "x"}},
		{"spark-4.1", "connect.extraConf", map[string]any{"spark.hadoop.fs.s3a.access.key": "x"}},
		{"spark-4.1", "connect.extraConf", map[string]any{"spark.connect.authenticate.token": "x"}},
		{"spark-4.1", "connect.extraConf", map[string]any{"spark.ssl.keyPassword": "x"}},
		{"spark-4.1", "connect.extraConf", map[string]any{"sql.ansi.enabled": "x"}},
		{"spark-4.1", "connect.extraConf", map[string]any{"spark.x": "two\nlines"}},
		{"spark-4.1", "connect.officeHours.start", "at eight"},
		{"spark-4.1", "gpu.mode", "sometimes"},
		{"spark-4.1", "avoidNodes", []any{map[string]any{"key": "pool"}}},
		{"spark-3.5", "connect.token.enabled", true},
		{"spark-4.1", "iceberg.warehouse", "s3://spark/warehouse"},
		{"spark-4.1", "store.type", "hdfs"},
		{"spark-4.1", "store.type", "azure"}, // whose account?
		{"spark-4.1", "store", map[string]any{"type": "azure", "existingSecret": ""}},
		{"spark-4.1", "azure.account", "Account-1"},
		{"hive-metastore", "store.type", "azure"},
		{"hive-metastore", "database.tls.mode", "prefer"}, // encrypts only when the other side likes to
		{"spark-4.1", "eventLog.prefix", "/spark-events"},
		{"spark-4.1", "store.existingSecret", ""},
		{"spark-4.1", "networkPolicy.apiServerCIDRs", []any{"10.0.0.1"}},
		{"spark-4.1", "networkPolicy.storePeers", []any{map[string]any{"pods": "all"}}},
		{"airflow", "database.tls.mode", "prefer"},
		{"airflow", "database.password", "x"},
		{"airflow", "validation.mode", "scheduled"},
		{"airflow", "validation.schedule", "every day"},
		{"airflow", "settings", map[string]any{"api_auth.jwt_secret": "x"}},
		{"airflow", "settings", map[string]any{"database.sql_alchemy_conn": "postgresql://u:p@h/d"}},
		{"airflow", "settings", map[string]any{"core.fernet_key_cmd": "x"}},
		{"airflow", "settings", map[string]any{"PARALLELISM": "4"}},
		{"airflow", "scheduler.replicas", 0},
		{"airflow", "scheduler.parallelism", 0},
		{"airflow", "admin.password", "x"},
		{"data-validation", "validation.schedule", ""},
		{"data-validation", "suites", []any{"../sales"}},
		{"hive-metastore", "database.name", "meta store"},
		{"hive-metastore", "s3.endpoint", "ftp://store"},
		{"hive-metastore", "resources.requests.memory", "much"},
		{"jupyter", "token", "secret"},
		{"jupyter", "spark.service", "spark-41-connect:15002"},
		{"jupyter", "spark.token.key", ""},
		{"jupyter", "kernels.idleSeconds", -1},
		{"jupyter", "examples.files", map[string]any{"a.ipynb": "{}"}},
		{"jupyter", "terminals", "no"},
		{"jupyter", "persistence.size", "big"},
		{"jupyter", "networkPolicy.extraEgress", []any{map[string]any{"port": 443}}},
		{"jupyter", "networkPolicy.clientPeers", []any{map[string]any{"pods": "all"}}},
		{"monitoring", "monitorLabels", map[string]any{"release": 1}},
		{"monitoring", "alerts.objectives.availability", 100},
		{"monitoring", "alerts.thresholds.heap", 0},
		{"monitoring", "scrape.interval", "soon"},
		{"monitoring", "traces.tempo", "tempo.tracing:3200"},
		{"monitoring", "traces.tempo", "http://tempo.tracing:3200"}, // And no links.
		{"object-store", "buckets", []any{"No Bucket"}},
		{"object-store", "port", 443},
		{"postgresql", "databases", []any{map[string]any{"name": "x'; DROP TABLE y", "user": "u", "passwordKey": "k"}}},
		{"postgresql", "databases", []any{map[string]any{"name": "x", "user": "u", "password": "secret"}}},
		{"postgresql", "persistence.size", "big"},
		{"postgresql-cluster", "databases", []any{}},
		{"postgresql-cluster", "databases", []any{map[string]any{"name": "x", "user": "u", "passwordKey": "k"}}},
		{"postgresql-cluster", "instances", 0},
		{"postgresql-cluster", "antiAffinity.type", "sometimes"},
		{"trace-exporter", "traces.endpoint", "collector:4317"}, // which protocol?
		{"trace-exporter", "traces.endpoint", "https://user:password@otlp.example"},
		{"trace-exporter", "traces.headers", map[string]any{"authorization": "x"}},
		{"trace-exporter", "traces.per", "stage"},
		{"trace-exporter", "eventLog.lookback", "a day"},
		{"airflow", "traces.endpoint", "collector"},
	}
	for _, r := range refused {
		_, err := render(t, r.chart, set(nil, r.path, r.value))
		if err == nil || !strings.Contains(err.Error(), "schema") {
			t.Errorf("%s: %s=%v is accepted (%v)", r.chart, r.path, r.value, err)
		}
	}
}

// Objects of a schema that accept any key let a misspelt one pass in silence.
func TestSchemasAreClosed(t *testing.T) {
	for _, chart := range Names() {
		var schema any
		if err := json.Unmarshal(read(t, chart+"/values.schema.json"), &schema); err != nil {
			t.Fatalf("%s: %v", chart, err)
		}
		var walk func(path string, node any)
		walk = func(path string, node any) {
			if list, ok := node.([]any); ok {
				for i, item := range list {
					walk(fmt.Sprintf("%s/%d", path, i), item)
				}
			}
			object, _ := node.(map[string]any)
			if _, closed := object["additionalProperties"]; object["properties"] != nil && object["type"] == "object" && !closed {
				t.Errorf("%s: %s is open", chart, path)
			}
			for key, child := range object {
				walk(path+"/"+key, child)
			}
		}
		walk("#", schema)
	}
}
