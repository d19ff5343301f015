// Package spec holds the answers: what a platform should be. It is what the
// wizard writes, what --set changes and what the plan is made from.
package spec

// Version of the answers file this program writes. Older files are read and
// brought up to date; newer ones are refused.
const Version = 2

// Spec is one platform in one environment. Every field has an answer in the
// file under the same dotted path. Secrets never appear here, only the name
// of the provider or Secret that has them.
type Spec struct {
	Version       int           `json:"version"`
	Name          string        `json:"name"`
	Namespace     string        `json:"namespace"`
	Environment   string        `json:"environment"`
	Cluster       Cluster       `json:"cluster"`
	Images        Images        `json:"images"`
	Network       Network       `json:"network"`
	Secrets       Secrets       `json:"secrets"`
	Storage       Storage       `json:"storage"`
	Database      Database      `json:"database"`
	Spark35       Line          `json:"spark-35"`
	Spark41       Line          `json:"spark-41"`
	Workload      Workload      `json:"workload"`
	Spark         Spark         `json:"spark"`
	GPU           GPU           `json:"gpu"`
	Scaling       Scaling       `json:"scaling"`
	Iceberg       Iceberg       `json:"iceberg"`
	Jupyter       Jupyter       `json:"jupyter"`
	Airflow       Airflow       `json:"airflow"`
	Validation    Validation    `json:"validation"`
	Observability Observability `json:"observability"`
	DR            DR            `json:"dr"`
}

// Environments are the stages a platform is promoted through.
const (
	Dev     = "dev"
	Staging = "staging"
	Prod    = "prod"
)

// Cluster names the cluster. It is part of the answers so that an apply never
// goes to whichever cluster happens to be configured.
type Cluster struct {
	Context string `json:"context"` // kubeconfig context
}

// Images says where images come from.
type Images struct {
	Registry string `json:"registry"` // replaces docker.io in every reference; empty keeps the public names
	Load     bool   `json:"load"`     // archives of this machine are given to the cluster, which pulls nothing
}

// Network says who may talk with whom.
type Network struct {
	DefaultDeny bool `json:"defaultDeny"` // of the whole namespace, also of pods that are not sparkwiz's
}

// Who fills the Secrets that the charts read.
const (
	Generated     = "generated"      // random, in the cluster
	SealedSecrets = "sealed-secrets" // encrypted for the cluster, kept in git
	AWS           = "aws"            // Secrets Manager, through External Secrets
	AzureVault    = "azure"          // Key Vault, through External Secrets
	GoogleSecrets = "gcp"            // Secret Manager, through External Secrets
	IBM           = "ibm"            // Secrets Manager, through External Secrets
	Vault         = "vault"          // HashiCorp Vault, through External Secrets
	VaultAgent    = "vault-agent"    // HashiCorp Vault, through its agent injector
)

// How External Secrets shows a store who it is.
const (
	Identity = "identity" // the cluster vouches for it, nothing is stored
	Static   = "static"   // keys in a Secret
)

// Secrets says where passwords live. The meaning of a field is that of the
// provider's own word for it; what a provider has no use for is not asked.
type Secrets struct {
	Provider  string `json:"provider"`
	Install   bool   `json:"install"`   // the operator that the provider needs, where the cluster lacks it
	Path      string `json:"path"`      // what the names in the store begin with
	Store     string `json:"store"`     // a store of External Secrets that is there already; empty: one is made
	StoreKind string `json:"storeKind"` // SecretStore or ClusterSecretStore
	Address   string `json:"address"`   // azure, ibm, vault, vault-agent: URL
	Region    string `json:"region"`    // aws
	Project   string `json:"project"`   // gcp: project; ibm: secret group
	Tenant    string `json:"tenant"`    // azure
	Auth      string `json:"auth"`      // Identity or Static
	Identity  string `json:"identity"`  // role, client, account or profile that the cluster vouches for
	Secret    string `json:"secret"`    // static: Secret with the keys
	Mount     string `json:"mount"`     // vault, vault-agent: where its key-value engine is
	AuthPath  string `json:"authPath"`  // vault, vault-agent: where its Kubernetes login is
	CA        string `json:"ca"`        // vault, vault-agent: Secret with ca.crt; empty: the authorities that programs trust
	Refresh   string `json:"refresh"`   // how often the store is asked, as Go writes durations
	File      string `json:"file"`      // sealed-secrets: file with the sealed values
	Scope     string `json:"scope"`     // sealed-secrets: strict, namespace-wide or cluster-wide
	// Sealed is what File holds, read by whoever reads the answers. It is
	// encrypted for the cluster and no answer.
	Sealed string `json:"-"`
}

// External reports whether External Secrets fills the Secrets.
func (s Secrets) External() bool {
	switch s.Provider {
	case AWS, AzureVault, GoogleSecrets, IBM, Vault:
		return true
	}
	return false
}

// Where the object store is, and where databases are.
const (
	InCluster     = "in-cluster"
	External      = "external"
	GCS           = "gcs"            // object store
	Azure         = "azure"          // object store
	CloudNativePG = "cloudnative-pg" // databases
)

// Storage is the object store that holds tables and event logs.
type Storage struct {
	Mode      string `json:"mode"`
	Bucket    string `json:"bucket"`    // azure: container
	Endpoint  string `json:"endpoint"`  // external: URL; empty means AWS
	Region    string `json:"region"`    // external
	PathStyle bool   `json:"pathStyle"` // external: http://host/bucket instead of http://bucket.host
	Account   string `json:"account"`   // azure: storage account
	Secret    string `json:"secret"`    // not in-cluster: Secret with the keys; gcs: empty means that pods have an identity
	Size      string `json:"size"`      // in-cluster: Kubernetes quantity of the volume
	Class     string `json:"class"`     // StorageClass of every volume; empty means the cluster's default
}

// How sure a client is of the database that it talks to, in libpq's words.
const (
	TLSOff      = "disable"
	TLSRequire  = "require"     // encrypted; whoever answers is trusted
	TLSVerified = "verify-full" // encrypted, and the certificate is for the host
)

// Database is the PostgreSQL with the metastore's tables and others.
type Database struct {
	Mode      string `json:"mode"`
	Host      string `json:"host"`      // external
	Port      int    `json:"port"`      // external
	Secret    string `json:"secret"`    // external: Secret with a password for each database
	TLS       string `json:"tls"`       // external
	CA        string `json:"ca"`        // external: Secret with ca.crt; empty means the authorities that Java trusts
	Instances int    `json:"instances"` // cloudnative-pg
	Size      string `json:"size"`      // in-cluster and cloudnative-pg: Kubernetes quantity of each volume
}

// Line is one line of Spark. Several may be installed side by side; each has
// its own Connect server and executors, and they share tables, event logs and
// the History Server.
type Line struct {
	Enabled bool   `json:"enabled"`
	Version string `json:"version"`
}

// Spark is what the Connect servers of all lines have in common.
type Spark struct {
	Driver   Driver   `json:"driver"`
	Executor Executor `json:"executor"`
	History  bool     `json:"history"`
	Token    bool     `json:"token"` // serve only clients that show a token, in lines that can
}

// Where prices of machines are from, besides AWS and Azure, which have their
// names above; no prices for machines of one's own.
const (
	NoCloud     = "none"
	GoogleCloud = "gcp"
)

// Workload is the job that the executors have to carry. Without a size of the
// data they are as spark.executor says; with one, their number and size follow
// from it.
type Workload struct {
	DatasetSize     string `json:"datasetSize"`     // e.g. 1TB; empty: not asked
	Transformations string `json:"transformations"` // in order, with commas
	Target          string `json:"target"`          // Go duration
	Profile         string `json:"profile"`         // etl or sql
	ScannedFraction string `json:"scannedFraction"` // number from 0 to 1; empty: the profile says
	OutputRatio     string `json:"outputRatio"`     // number; empty: 1
	Utilisation     string `json:"utilisation"`     // number from 0 to 1
	ExecutorCores   int    `json:"executorCores"`
	MaxExecutors    int    `json:"maxExecutors"`
	PySpark         bool   `json:"pyspark"`
	RunsPerDay      int    `json:"runsPerDay"` // for the cost of a month
	Cloud           string `json:"cloud"`      // whose prices: aws, gcp, azure or none
	Instance        string `json:"instance"`   // machine type; empty: a general one
}

// Driver is the Connect server's own process.
type Driver struct {
	Memory string `json:"memory"` // JVM heap in Spark's notation, e.g. 1g
}

// Executor is the size and number of the executors.
type Executor struct {
	Cores  int    `json:"cores"`
	Memory string `json:"memory"` // JVM heap in Spark's notation, e.g. 4g
	Min    int    `json:"min"`
	Max    int    `json:"max"`
}

// What RAPIDS does with a query.
const (
	OnGPU       = "executeOnGPU"
	ExplainOnly = "explainOnly"
)

// GPU turns on RAPIDS on executors.
type GPU struct {
	Enabled      bool   `json:"enabled"`
	Mode         string `json:"mode"`         // OnGPU, or ExplainOnly where there is none
	DevicePlugin bool   `json:"devicePlugin"` // install what makes nodes offer nvidia.com/gpu
}

// The clouds whose spot nodes are known by a label.
const (
	NoSpot    = "off"
	EKS       = "eks"
	Karpenter = "karpenter"
	GKE       = "gke"
	AKS       = "aks"
)

// Scaling says which nodes executors run on, and when the Connect servers do.
type Scaling struct {
	Spot        string `json:"spot"`        // whose spot nodes; off: any node
	OfficeHours bool   `json:"officeHours"` // KEDA takes the Connect servers down outside them
	TimeZone    string `json:"timezone"`    // as the IANA names it
	Start       string `json:"start"`       // cron line
	End         string `json:"end"`         // cron line
}

// Iceberg turns on the table format and the Hive Metastore behind it.
type Iceberg struct {
	Enabled bool `json:"enabled"`
}

// NewestLine is the newest line of Spark that is installed.
const NewestLine = "newest"

// Jupyter turns on notebooks.
type Jupyter struct {
	Enabled bool   `json:"enabled"`
	Size    string `json:"size"` // Kubernetes quantity of the volume
	Line    string `json:"line"` // whose Connect server they use: 35, 41 or NewestLine
}

// Airflow turns on pipelines.
type Airflow struct {
	Enabled bool `json:"enabled"`
}

// When data is validated. Pipelines and the schedule both ask, and dags/
// understands the same words.
const (
	ValidateAlways     = "always"
	ValidateNever      = "skip"
	ValidateProduction = "production_only"
	ValidateScheduled  = "scheduled"
)

// Validation is when data is held against its suite of expectations.
type Validation struct {
	Mode     string `json:"mode"`
	Schedule string `json:"schedule"` // scheduled: cron line, UTC
}

// What is done with traces.
const (
	NoTraces       = "off"
	ExistingTraces = "existing" // something that speaks OTLP takes them
	InstallTraces  = "install"
)

// What is done about metrics.
const (
	NoMetrics       = "off"
	ExistingMetrics = "existing" // a Prometheus operator that is here collects them
	InstallMetrics  = "install"
)

// The forms of the log lines of Spark.
const (
	JSONLogs = "json"
	TextLogs = "text"
)

// Observability says who collects metrics, draws dashboards and raises
// alerts, and how Spark writes its logs.
type Observability struct {
	Metrics       string `json:"metrics"`
	Namespace     string `json:"namespace"` // existing: where the pods of Prometheus run
	Label         string `json:"label"`     // existing: key=value that its monitors and rules must have; empty: none
	Logs          string `json:"logs"`
	Traces        string `json:"traces"`
	TraceEndpoint string `json:"traceEndpoint"` // existing: where they go, e.g. grpc://host:4317
	TraceSecret   string `json:"traceSecret"`   // existing: Secret with headers for the endpoint; empty means none
}

// DR turns on backups.
type DR struct {
	Enabled bool `json:"enabled"`
}

// Default is a small platform for development. Questions that have no right
// answer for everybody (see question.Question.Required) are filled in here
// too, so that a plan can be shown at once, but they must be answered before
// anything is installed.
func Default() Spec {
	return Spec{
		Version:     Version,
		Name:        "spark",
		Namespace:   "spark",
		Environment: Dev,
		Network:     Network{DefaultDeny: true},
		Secrets: Secrets{
			Provider: Generated, Install: true, Path: "spark", StoreKind: "SecretStore", Region: "us-east-1", Auth: Identity,
			Mount: "secret", AuthPath: "kubernetes", Refresh: "1h", File: "sealed-secrets.yaml", Scope: "strict",
		},
		Storage:  Storage{Mode: InCluster, Bucket: "spark", Region: "us-east-1", Size: "10Gi"},
		Database: Database{Mode: InCluster, Port: 5432, TLS: TLSVerified, Instances: 3, Size: "5Gi"},
		Spark35:  Line{Version: "3.5.7"},
		Spark41:  Line{Enabled: true, Version: "4.1.4"},
		Spark: Spark{
			Driver:   Driver{Memory: "1g"},
			Executor: Executor{Cores: 1, Memory: "1g", Min: 0, Max: 2},
			History:  true,
			Token:    true,
		},
		Workload: Workload{
			Transformations: "join,aggregate", Target: "15m", Profile: "etl", Utilisation: "0.85", ExecutorCores: 4, MaxExecutors: 1000, RunsPerDay: 1, Cloud: AWS,
		},
		GPU:           GPU{Mode: OnGPU},
		Scaling:       Scaling{Spot: NoSpot, TimeZone: "Etc/UTC", Start: "0 8 * * 1-5", End: "0 20 * * 1-5"},
		Iceberg:       Iceberg{Enabled: true},
		Jupyter:       Jupyter{Size: "5Gi", Line: NewestLine},
		Validation:    Validation{Mode: ValidateAlways, Schedule: "0 6 * * *"},
		Observability: Observability{Metrics: NoMetrics, Namespace: "monitoring", Logs: JSONLogs, Traces: NoTraces},
	}
}
