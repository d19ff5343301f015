// Command rclone is upstream's rclone with the four backends and the few commands that sparkwiz uses. It is built for
// the stand-in image: the full program has over fifty backends, and their libraries take many minutes to compile.
package main

import (
	_ "github.com/rclone/rclone/backend/azureblob"          // Azure Blob Storage
	_ "github.com/rclone/rclone/backend/googlecloudstorage" // Google Cloud Storage
	_ "github.com/rclone/rclone/backend/local"              // the machine's own files
	_ "github.com/rclone/rclone/backend/s3"                 // any S3 service
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/cat"
	_ "github.com/rclone/rclone/cmd/check"
	_ "github.com/rclone/rclone/cmd/config"
	_ "github.com/rclone/rclone/cmd/copy"
	_ "github.com/rclone/rclone/cmd/copyto"
	_ "github.com/rclone/rclone/cmd/delete"
	_ "github.com/rclone/rclone/cmd/deletefile"
	_ "github.com/rclone/rclone/cmd/ls"
	_ "github.com/rclone/rclone/cmd/lsd"
	_ "github.com/rclone/rclone/cmd/lsf"
	_ "github.com/rclone/rclone/cmd/lsjson"
	_ "github.com/rclone/rclone/cmd/mkdir"
	_ "github.com/rclone/rclone/cmd/purge"
	_ "github.com/rclone/rclone/cmd/rcat"
	_ "github.com/rclone/rclone/cmd/size"
	_ "github.com/rclone/rclone/cmd/sync"
	_ "github.com/rclone/rclone/cmd/version"
)

func main() { cmd.Main() }
