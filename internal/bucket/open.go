package bucket

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/azureblob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcp"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Examples of addresses, as hints show them.
const examples = "s3a://bucket/spark-events, gs://bucket/spark-events, abfss://container@account.dfs.core.windows.net/spark-events or a directory"

// Open opens a bucket, or what is below a prefix of it, by the address that Hadoop has for it. Keys come from the environment
// or from the identity of the machine or pod, by the rules of each cloud's own library, and never from the address:
//
//   - S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, web identity, instance roles; AWS_REGION; AWS_ENDPOINT_URL_S3 names
//     another store than AWS, whose buckets are addressed by paths unless ?pathStyle=false says otherwise
//   - Google Cloud: GOOGLE_APPLICATION_CREDENTIALS or workload identity
//   - Azure: AZURE_STORAGE_KEY or workload identity
//
// Nothing is asked of the store yet.
func Open(ctx context.Context, address string) (*Bucket, error) {
	scheme, _, isURL := strings.Cut(address, "://")
	if !isURL {
		return openDirectory(address, address)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && scheme != "file" {
		return nil, fault.New(fault.Usage, fmt.Sprintf("%q is no address of a bucket", address), examples)
	}
	if _, hasPassword := u.User.Password(); hasPassword {
		return nil, fault.New(fault.Usage, "keys do not belong into the address of a bucket", "put them into the environment, e.g. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	var objects *blob.Bucket
	switch u.Scheme {
	case "file":
		return openDirectory(address, u.Path)
	case "s3", "s3a", "s3n":
		objects, err = openS3(ctx, u)
	case "gs":
		objects, err = openGCS(ctx, u)
	case "abfs", "abfss", "wasb", "wasbs":
		objects, err = openAzure(ctx, u)
	default:
		return nil, fault.New(fault.Usage, "nothing is known about "+u.Scheme+"://", examples)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.KindOf(err), address+" cannot be opened", "")
	}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		objects = blob.PrefixedBucket(objects, prefix+"/")
	}
	u.RawQuery = ""
	return &Bucket{address: u.String(), objects: objects}, nil
}

// openDirectory is a directory that has to be there.
func openDirectory(address, path string) (*Bucket, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	objects, err := fileblob.OpenBucket(path, &fileblob.Options{Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, address+" cannot be opened", examples)
	}
	return &Bucket{address: address, objects: objects}, nil
}

func openS3(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion("us-east-1"))
	if err != nil {
		return nil, err
	}
	elsewhere := c.BaseEndpoint != nil || os.Getenv("AWS_ENDPOINT_URL_S3") != ""
	byPath := elsewhere
	if text := u.Query().Get("pathStyle"); text != "" {
		if byPath, err = strconv.ParseBool(text); err != nil {
			return nil, err
		}
	}
	client := s3.NewFromConfig(c, func(o *s3.Options) {
		o.UsePathStyle = byPath
		if elsewhere {
			// Stores other than AWS often do not know the checksums that its library adds by default.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		}
	})
	return s3blob.OpenBucket(ctx, client, u.Host, nil)
}

func openGCS(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	credentials, err := gcp.DefaultCredentials(ctx)
	if err != nil {
		return nil, err
	}
	client, err := gcp.NewHTTPClient(gcp.DefaultTransport(), gcp.CredentialsTokenSource(credentials))
	if err != nil {
		return nil, err
	}
	return gcsblob.OpenBucket(ctx, client, u.Host, nil)
}

// openAzure knows Hadoop's addresses: container@account.dfs.core.windows.net. Blobs have another host than directories.
func openAzure(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	name, host := u.User.Username(), strings.Replace(u.Host, ".dfs.", ".blob.", 1)
	account, _, _ := strings.Cut(host, ".")
	if name == "" || account == host {
		return nil, fault.New(fault.Usage, u.String()+" does not name the container and the account", examples)
	}
	at := (&url.URL{Scheme: "https", Host: host, Path: name}).String()
	client, err := azureClient(at, account)
	if err != nil {
		return nil, err
	}
	return azureblob.OpenBucket(ctx, client, nil)
}

func azureClient(at, account string) (*container.Client, error) {
	if key := os.Getenv("AZURE_STORAGE_KEY"); key != "" {
		shared, err := azblob.NewSharedKeyCredential(account, key)
		if err != nil {
			// The library repeats what it cannot decode.
			return nil, fault.New(fault.Denied, "AZURE_STORAGE_KEY is no key of a storage account", "az storage account keys list --account-name "+account)
		}
		return container.NewClientWithSharedKeyCredential(at, shared, nil)
	}
	identity, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return nil, err
	}
	return container.NewClient(at, identity, nil)
}
