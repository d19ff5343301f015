package question_test

import (
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestValidate: one row per answer and sense, judged beside answers that are
// all right. An empty want means that the answers are accepted.
func TestValidate(t *testing.T) {
	const (
		dns      = "want lower-case letters, digits and dashes, beginning with a letter, 50 at most"
		heap     = "want a size in Spark's notation, 512m at least, such as 2g"
		quantity = "want a quantity such as 10Gi, 1Gi at least"
		bucket   = "want 3 to 63 lower-case letters, digits and dashes"
		url      = "want a URL such as https://s3.example.com:9000, without a path or a user"
		registry = "want a host with an optional port and path, without https://"
		object   = "want the name of a Kubernetes object: lower-case letters, digits, dashes and dots"
	)
	const hostName = "want a host name such as db.example.com, without a port"
	external := []string{"storage.mode=external", "storage.secret=keys"}
	outside := []string{"database.mode=external", "database.host=db.example.com"}
	tests := []struct {
		set  []string
		want string
	}{
		{nil, ""},
		{[]string{"cluster.context="}, "cluster.context: name a kubeconfig context"},
		{[]string{"cluster.context=arn:aws:eks:eu-west-1:1:cluster/x"}, ""},
		{[]string{"namespace=Spark"}, "namespace: " + dns},
		{[]string{"namespace=1spark"}, "namespace: " + dns},
		{[]string{"namespace=spark-"}, "namespace: " + dns},
		{[]string{"namespace="}, "namespace: " + dns},
		{[]string{"name=a/b"}, "name: " + dns},
		{[]string{"name=a"}, ""},
		{[]string{"images.registry=registry.example.com:5000/mirror"}, ""},
		{[]string{"images.registry=https://registry.example.com"}, "images.registry: " + registry},
		{[]string{"images.registry=r.example.com/"}, "images.registry: " + registry},
		{[]string{"storage.bucket=ab"}, "storage.bucket: " + bucket},
		{[]string{"storage.bucket=a/b"}, "storage.bucket: " + bucket},
		{[]string{"storage.size=0"}, "storage.size: " + quantity},
		{[]string{"storage.size=10"}, "storage.size: " + quantity}, // ten bytes
		{[]string{"storage.size=10m"}, "storage.size: " + quantity},
		{[]string{"storage.size=-1Gi"}, "storage.size: " + quantity},
		{[]string{"storage.size=1e12"}, "storage.size: " + quantity}, // charts do not read it
		{[]string{"storage.size=99999999999Ti"}, "storage.size: " + quantity},
		{[]string{"storage.size=1.5Ti"}, ""},
		{[]string{"storage.class=gp3"}, ""},
		{[]string{"storage.class=g p3"}, "storage.class: " + object},
		{[]string{"storage.mode=nfs"}, `storage.mode: "nfs" is not one of in-cluster, external, gcs, azure`},
		{[]string{"storage.mode=external"}, "storage.secret: " + object},
		{append(external, "storage.size=nonsense"), ""}, // not asked, so not judged
		{append(external, "storage.secret=a_b"), "storage.secret: " + object},
		{append(external, "storage.region="), "storage.region: want a region such as us-east-1"},
		{append(external, "storage.region=EU West"), "storage.region: want a region such as us-east-1"},
		{append(external, "storage.endpoint=https://s3.example.com:9000/"), ""},
		{append(external, "storage.endpoint=s3.example.com"), "storage.endpoint: " + url},
		{append(external, "storage.endpoint=ftp://s3.example.com"), "storage.endpoint: " + url},
		{append(external, "storage.endpoint=https://s3.example.com/bucket"), "storage.endpoint: " + url},
		{append(external, "storage.endpoint=https://key:canary@s3.example.com"), "storage.endpoint: " + url},
		{[]string{"spark-35.enabled=yes"}, ""},
		{[]string{"spark-41.enabled=no"}, "spark-35.enabled: want at least one line of Spark"},
		{[]string{"spark-41.enabled=no", "spark-35.enabled=yes"}, ""},
		{[]string{"spark-41.version=4.2.0"}, `spark-41.version: "4.2.0" is not one of 4.1.4, 4.1.3, 4.1.0`},
		{[]string{"gpu.enabled=true"}, "spark-41.version: spark@4.1.4 and rapids@26.08.1 do not go together: RAPIDS has code for exact patches of Spark and stops at start with any other. It left out 4.1.0 for 4.1.1, and 4.1.4 is asked for and not there yet"},
		{[]string{"gpu.enabled=true", "spark-41.version=4.1.3"}, ""},
		{[]string{"gpu.enabled=true", "spark-41.enabled=no", "spark-35.enabled=yes"}, "spark-41.enabled: GPUs need Spark 4.1: no image of 3.5 with RAPIDS comes along"},
		{[]string{"jupyter.enabled=true", "jupyter.size=2Gi"}, ""},
		{[]string{"jupyter.enabled=true", "jupyter.size=5"}, "jupyter.size: " + quantity},
		{[]string{"jupyter.enabled=true", "jupyter.line=35"}, "jupyter.line: that line of Spark is not installed"},
		{[]string{"jupyter.enabled=true", "jupyter.line=35", "spark-35.enabled=yes"}, ""},
		{[]string{"jupyter.enabled=true", "jupyter.line=4.1"}, `jupyter.line: "4.1" is not one of newest, 41, 35`},
		{[]string{"jupyter.line=35"}, ""}, // nobody has notebooks
		{[]string{"airflow.enabled=true"}, ""},
		{[]string{"airflow.enabled=true", "spark-41.enabled=no", "spark-35.enabled=yes"}, "airflow.enabled: the Spark client in Airflow's image is that of 4.1"},
		{[]string{"validation.mode=sometimes"}, `validation.mode: "sometimes" is not one of always, production_only, scheduled, skip`},
		{[]string{"validation.mode=scheduled", "validation.schedule=@daily"}, "validation.schedule: want a cron line of five fields, such as 0 8 * * 1-5"},
		{[]string{"validation.mode=scheduled", "validation.schedule=0 25 * * *"}, "validation.schedule: want a cron line of five fields, such as 0 8 * * 1-5"},
		{[]string{"validation.mode=scheduled", "validation.schedule=0 6 ? * *"}, "validation.schedule: want a cron line that Airflow and Kubernetes both understand, such as 0 6 * * mon-fri"},
		{[]string{"validation.mode=scheduled", "validation.schedule=30 5 * * mon-fri"}, ""},
		{[]string{"validation.schedule=never"}, ""}, // not asked, so not judged
		{[]string{"scaling.spot=aws"}, `scaling.spot: "aws" is not one of off, eks, karpenter, gke, aks`},
		{[]string{"scaling.officeHours=yes"}, ""},
		{[]string{"scaling.officeHours=yes", "scaling.start=@daily"}, "scaling.start: want a cron line of five fields, such as 0 8 * * 1-5"},
		{[]string{"scaling.officeHours=yes", "scaling.end=0 25 * * *"}, "scaling.end: want a cron line of five fields, such as 0 8 * * 1-5"},
		{[]string{"scaling.officeHours=yes", "scaling.end=0 8 * * 1-5"}, "scaling.end: want another time than the one at which they begin"},
		{[]string{"scaling.officeHours=yes", "scaling.timezone=over there"}, "scaling.timezone: want a time zone such as Europe/Berlin"},
		{[]string{"scaling.start=whenever"}, ""}, // nobody keeps the hours
		{[]string{"spark.executor.cores=0"}, "spark.executor.cores: want a number from 1 to 64"},
		{[]string{"spark.executor.memory=4G"}, "spark.executor.memory: " + heap},
		{[]string{"spark.executor.memory=4Gi"}, "spark.executor.memory: " + heap},
		{[]string{"spark.executor.memory=256m"}, "spark.executor.memory: " + heap}, // Spark refuses less than 450 MiB
		{[]string{"spark.executor.memory=99m"}, "spark.executor.memory: " + heap},
		{[]string{"spark.executor.memory=1024m"}, ""},
		{[]string{"spark.executor.memory=99999999999999999999g"}, "spark.executor.memory: " + heap},
		{[]string{"spark.executor.memory=512m"}, ""},
		{[]string{"spark.driver.memory=0g"}, "spark.driver.memory: " + heap},
		{[]string{"spark.driver.memory=2048m"}, ""},
		{[]string{"spark.executor.min=-1"}, "spark.executor.min: want a number from 0 to 1000"},
		{[]string{"spark.executor.max=0"}, "spark.executor.max: want at least 1 and not less than spark.executor.min"},
		{[]string{"spark.executor.min=3"}, "spark.executor.max: want at least 1 and not less than spark.executor.min"},
		{[]string{"spark.executor.max=1001"}, "spark.executor.max: want a number from 1 to 1000"},
		{append(external, "environment=test", "iceberg.enabled=no"), `environment: "test" is not one of dev, staging, prod`},
		{[]string{"secrets.provider=keychain"}, `secrets.provider: "keychain" is not one of generated, aws, azure, gcp, ibm, vault, vault-agent, sealed-secrets`},
		{[]string{"dr.enabled=true"}, "dr.enabled: Yes: not available yet"},
		{[]string{"environment=staging", "iceberg.enabled=no"}, "storage.mode: the store in the cluster is for dev; staging needs one of its own"},
		{append(external, "environment=staging"), "database.mode: the one server in the cluster is for dev; staging needs a database that is looked after"},
		{append(external, "environment=staging", "database.mode=cloudnative-pg"), ""},
		{append(external, "environment=staging", "database.mode=cloudnative-pg", "database.instances=0"), "database.instances: want a number from 1 to 9"},
		{append(external, "database.mode=cloudnative-pg", "database.size=10"), "database.size: " + quantity},
		{append(outside, "database.secret=db", "database.size=nonsense"), ""}, // not asked, so not judged
		{append(outside, "database.secret=db", "database.tls=disable", "database.ca=no name"), ""},
		{append(outside, "database.secret=db", "database.ca=no name"), "database.ca: " + object},
		{append(outside, "database.secret=db", "database.tls=prefer"), `database.tls: "prefer" is not one of verify-full, require, disable`},
		{append(outside, "database.secret=db", "database.port=0"), "database.port: want a number from 1 to 65535"},
		{append(outside, "database.secret="), "database.secret: " + object},
		{[]string{"database.mode=external", "database.secret=db"}, "database.host: " + hostName},
		{[]string{"database.mode=external", "database.secret=db", "database.host=db:5432"}, "database.host: " + hostName},
		{[]string{"database.mode=mysql"}, `database.mode: "mysql" is not one of in-cluster, cloudnative-pg, external`},
		{[]string{"storage.mode=gcs"}, ""}, // no Secret: by identity
		{[]string{"storage.mode=gcs", "storage.secret=a_b"}, "storage.secret: " + object},
		{[]string{"storage.mode=azure", "storage.account=lake1"}, "storage.secret: " + object},
		{[]string{"storage.mode=azure", "storage.secret=keys"}, "storage.account: want 3 to 24 lower-case letters and digits"},
		{[]string{"storage.mode=azure", "storage.secret=keys", "storage.account=Lake-1"}, "storage.account: want 3 to 24 lower-case letters and digits"},
		{[]string{"storage.mode=azure", "storage.secret=keys", "storage.account=lake1"}, ""},
		{append(external, "environment=staging", "iceberg.enabled=no"), ""},
	}
	for _, tt := range tests {
		a := fresh()
		if err := a.SetPairs(append([]string{"cluster.context=here"}, tt.set...)); err != nil {
			t.Errorf("%q: %v", tt.set, err)
			continue
		}
		err := question.Validate(a.Spec, facts.Facts{})
		switch {
		case err == nil && tt.want != "":
			t.Errorf("%q was accepted, want %q", tt.set, tt.want)
		case err != nil && err.Error() != tt.want:
			t.Errorf("%q:\n got %s\nwant %s", tt.set, err, tt.want)
		case err != nil && (fault.KindOf(err) != fault.Usage || len(fault.Hints(err)) == 0):
			t.Errorf("%q: want a Usage error with a hint, got %v %v", tt.set, fault.KindOf(err), fault.Hints(err))
		}
	}
}

func TestValidateGathers(t *testing.T) {
	s := spec.Default()
	s.Name, s.Storage.Bucket, s.GPU.Enabled, s.Spark.Executor.Cores = "X", "", true, 0
	lines(t, question.Validate(s, facts.Facts{}), []string{
		"cluster.context: name a kubeconfig context",
		"name: want lower-case letters, digits and dashes, beginning with a letter, 50 at most",
		"storage.bucket: want 3 to 63 lower-case letters, digits and dashes",
		"spark-41.version: spark@4.1.4 and rapids@26.08.1 do not go together: RAPIDS has code for exact patches of Spark and stops at start with any other. It left out 4.1.0 for 4.1.1, and 4.1.4 is asked for and not there yet",
		"spark.executor.cores: want a number from 1 to 64",
	})
	if err := question.ValidateOne("no.such.key", s, facts.Facts{}); err == nil {
		t.Error("an unknown key was judged")
	}
}
