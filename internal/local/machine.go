package local

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
)

// Machine is what the sandbox will be like before it runs: one node with this
// machine's processors and memory.
func Machine() facts.Facts {
	return facts.Facts{
		Known: true, Context: Context, Server: "starts on this machine", Version: "v1.34.4",
		Nodes: []facts.Node{{
			Name: "node1", Ready: true,
			Allocatable: facts.Resources{CPUMilli: int64(runtime.NumCPU()) * 1000, Memory: available(), Pods: 110},
		}},
		StorageClasses: []facts.StorageClass{{Name: "standard", Provisioner: "kubernetes.io/host-path", Default: true}},
		Contexts:       []facts.Context{{Name: Context, Server: "starts on this machine"}},
	}
}

// available is the memory in bytes that programs can still have, 0 when the
// kernel does not say.
func available() int64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "MemAvailable:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
