package question

import (
	"errors"
	"regexp"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// storeIn reports whether the store is one of these.
func storeIn(modes ...string) func(spec.Spec) bool {
	return func(s spec.Spec) bool { return slices.Contains(modes, s.Storage.Mode) }
}

func storageRows() []Question {
	external, azure := storeIn(spec.External), storeIn(spec.Azure)
	return []Question{{
		Key: "storage.mode", Page: "storage", Title: "Object store", Required: true,
		Help: "Tables and event logs are objects of a bucket. In the cluster a small S3 server is installed on one volume: right for " +
			"a first try, lost together with the cluster. Bring your own for everything else.",
		Field: func(s *spec.Spec) any { return &s.Storage.Mode },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.InCluster, Label: "In the cluster", Note: "versitygw on one volume; dev only"},
				{Value: spec.External, Label: "Bring your own S3", Note: "AWS, Ceph, SeaweedFS, MinIO …"},
				{Value: spec.GCS, Label: "Google Cloud Storage", Note: "gs://, with a key or the pods' own identity"},
				{Value: spec.Azure, Label: "Azure Data Lake Storage", Note: "abfss://, with the account's key"},
			}
		},
		Check: func(s spec.Spec) error {
			if s.Storage.Mode == spec.InCluster && s.Environment != spec.Dev {
				return fault.New(fault.Usage, "the store in the cluster is for dev; "+s.Environment+" needs one of its own", "--set storage.mode="+spec.External)
			}
			return nil
		},
	}, {
		Key: "storage.bucket", Page: "storage", Title: "Bucket",
		Help:  "Holds warehouse/ (tables) and spark-events/ (event logs). In Azure it is a container. It must exist, unless the store is ours.",
		Field: func(s *spec.Spec) any { return &s.Storage.Bucket },
		Check: func(s spec.Spec) error {
			if !bucket.MatchString(s.Storage.Bucket) {
				return errors.New("want 3 to 63 lower-case letters, digits and dashes")
			}
			return nil
		},
	}, {
		Key: "storage.endpoint", Page: "storage", Title: "Endpoint", When: external,
		Help:  "Address of the S3 API, e.g. https://s3.example.com. Empty means AWS in the given region.",
		Field: func(s *spec.Spec) any { return &s.Storage.Endpoint },
		Check: func(s spec.Spec) error {
			if s.Storage.Endpoint != "" && !endpoint.MatchString(s.Storage.Endpoint) {
				return errors.New("want a URL such as https://s3.example.com:9000, without a path or a user")
			}
			return nil
		},
	}, {
		Key: "storage.region", Page: "storage", Title: "Region", When: external,
		Help:  "The region that requests are signed for. Stores other than AWS usually accept us-east-1.",
		Field: func(s *spec.Spec) any { return &s.Storage.Region },
		Check: func(s spec.Spec) error {
			if !region.MatchString(s.Storage.Region) {
				return errors.New("want a region such as us-east-1")
			}
			return nil
		},
	}, {
		Key: "storage.pathStyle", Page: "storage", Title: "Path-style addresses", When: external,
		Help:  "http://host/bucket instead of http://bucket.host. Yes for nearly every store but AWS.",
		Field: func(s *spec.Spec) any { return &s.Storage.PathStyle },
	}, {
		Key: "storage.account", Page: "storage", Title: "Storage account", When: azure,
		Help:  "The account that the container is in. One with a hierarchical namespace makes committing tables cheap.",
		Field: func(s *spec.Spec) any { return &s.Storage.Account },
		Check: func(s spec.Spec) error {
			if !account.MatchString(s.Storage.Account) {
				return errors.New("want 3 to 24 lower-case letters and digits")
			}
			return nil
		},
	}, {
		Key: "storage.secret", Page: "storage", Title: "Secret with the keys", When: storeIn(spec.External, spec.GCS, spec.Azure),
		Help: "A Secret in the platform's namespace. For S3 it has the keys access-key and secret-key, for Google Cloud key.json, for " +
			"Azure account-key. You make it; sparkwiz only names it. Empty for Google Cloud uses workload identity.",
		Field: func(s *spec.Spec) any { return &s.Storage.Secret },
		Check: func(s spec.Spec) error {
			if s.Storage.Mode == spec.GCS && s.Storage.Secret == "" {
				return nil
			}
			return objectName(s.Storage.Secret)
		},
	}, {
		Key: "storage.size", Page: "storage", Title: "Volume size", When: storeIn(spec.InCluster),
		Help:  "Size of the volume under the store in the cluster. Most StorageClasses cannot shrink a volume later.",
		Field: func(s *spec.Spec) any { return &s.Storage.Size },
		Check: func(s spec.Spec) error { return volumeSize(s.Storage.Size) },
	}, {
		Key: "storage.class", Page: "storage", Title: "StorageClass",
		When: func(s spec.Spec) bool {
			return s.Storage.Mode == spec.InCluster || s.Jupyter.Enabled || databaseIn(spec.InCluster, spec.CloudNativePG)(s)
		},
		Help:    "The kind of volume for databases, notebooks and the store. Empty takes the cluster's default.",
		Field:   func(s *spec.Spec) any { return &s.Storage.Class },
		Suggest: defaultClass,
		Check: func(s spec.Spec) error {
			if s.Storage.Class == "" {
				return nil
			}
			return objectName(s.Storage.Class)
		},
	}}
}

func volumeSize(text string) error {
	q, err := resource.ParseQuantity(text)
	if err != nil || !volume.MatchString(text) || q.Value() < 1<<30 {
		return errors.New("want a quantity such as 10Gi, 1Gi at least")
	}
	return nil
}

func defaultClass(f facts.Facts) (value, reason string) {
	if c, ok := f.DefaultStorageClass(); ok {
		return c.Name, "the cluster's default, " + c.Provisioner
	}
	if len(f.StorageClasses) == 1 {
		return f.StorageClasses[0].Name, "the only StorageClass here; none is the default"
	}
	return "", ""
}

// What the charts' schemas accept, and no more: an answer that passes here
// must not fail there.
var (
	bucket   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	endpoint = regexp.MustCompile(`^https?://[a-zA-Z0-9.-]+(:\d{1,5})?/?$`)
	account  = regexp.MustCompile(`^[a-z0-9]{3,24}$`)
	host     = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$`)
	region   = regexp.MustCompile(`^[a-z0-9-]+$`)
	volume   = regexp.MustCompile(`^\d{1,5}(\.\d+)?(Mi|Gi|Ti|M|G|T)$`)
	object   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`)
)

func objectName(text string) error {
	if !object.MatchString(text) {
		return errors.New("want the name of a Kubernetes object: lower-case letters, digits, dashes and dots")
	}
	return nil
}
