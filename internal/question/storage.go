package question

import (
	"errors"
	"regexp"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func external(s spec.Spec) bool { return s.Storage.Mode == spec.External }

func storageRows() []Question {
	return []Question{{
		Key: "storage.mode", Page: "storage", Title: "Object store", Required: true,
		Help: "Tables and event logs are S3 objects. In the cluster a small versitygw is installed on one volume: right for a first " +
			"try, lost together with the cluster. Bring your own for everything else.",
		Field: func(s *spec.Spec) any { return &s.Storage.Mode },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.InCluster, Label: "In the cluster", Note: "versitygw on one volume; dev only"},
				{Value: spec.External, Label: "Bring your own S3", Note: "AWS, Ceph, SeaweedFS, MinIO …"},
			}
		},
		Check: func(s spec.Spec) error {
			if s.Storage.Mode == spec.InCluster && s.Environment != spec.Dev {
				return fault.New(fault.Usage, "the store in the cluster is for dev; "+s.Environment+" needs an S3 of its own", "--set storage.mode="+spec.External)
			}
			return nil
		},
	}, {
		Key: "storage.bucket", Page: "storage", Title: "Bucket",
		Help:  "Holds warehouse/ (tables) and spark-events/ (event logs).",
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
		Key: "storage.secret", Page: "storage", Title: "Secret with the keys", When: external,
		Help:  "A Secret in the platform's namespace with the keys access-key and secret-key. You make it; sparkwiz only names it.",
		Field: func(s *spec.Spec) any { return &s.Storage.Secret },
		Check: func(s spec.Spec) error { return objectName(s.Storage.Secret) },
	}, {
		Key: "storage.size", Page: "storage", Title: "Volume size",
		When:  func(s spec.Spec) bool { return !external(s) },
		Help:  "Size of the volume under the store in the cluster. Most StorageClasses cannot shrink a volume later.",
		Field: func(s *spec.Spec) any { return &s.Storage.Size },
		Check: func(s spec.Spec) error {
			q, err := resource.ParseQuantity(s.Storage.Size)
			if err != nil || !volume.MatchString(s.Storage.Size) || q.Value() < 1<<30 {
				return errors.New("want a quantity such as 10Gi, 1Gi at least")
			}
			return nil
		},
	}, {
		Key: "storage.class", Page: "storage", Title: "StorageClass",
		When:    func(s spec.Spec) bool { return !external(s) || s.Iceberg.Enabled },
		Help:    "The kind of volume for databases and the store. Empty takes the cluster's default.",
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
