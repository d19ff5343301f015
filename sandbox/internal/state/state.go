package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	stateFile = "sandbox.json"
	lockFile  = "lock"
)

// Nodes says what kind of nodes a sandbox has.
type Nodes string

// The kinds of nodes.
const (
	Simulated Nodes = "simulated" // kwok answers for them; no root, no containers
	Real      Nodes = "real"      // this machine, with containerd and a kubelet
)

// State is what cannot be read back from the system itself.
type State struct {
	Name    string            `json:"name"`
	Nodes   Nodes             `json:"nodes"`
	Ports   Ports             `json:"ports"`
	Made    []string          `json:"made,omitempty"`    // mount points that did not exist before, parents first
	Chains  []string          `json:"chains,omitempty"`  // iptables chains of Kubernetes that are not ours
	Sysctls map[string]string `json:"sysctls,omitempty"` // values from before the sandbox, by path under /proc/sys
	Down    bool              `json:"down,omitempty"`    // taken down, only image content is kept
}

// Ports are TCP ports on the address of the API server (API) or on loopback.
type Ports struct {
	API      int  `json:"api"`
	APIAny   bool `json:"apiAny,omitempty"` // any free port will do for the API
	Etcd     int  `json:"etcd"`
	EtcdPeer int  `json:"etcdPeer"`
}

// Load reads the state; ok is false where there is no sandbox.
func (d Dir) Load() (s State, ok bool, err error) {
	data, err := os.ReadFile(d.Path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, false, nil
	}
	if err != nil {
		return State{}, false, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return State{}, false, fmt.Errorf("%s is damaged: %w", d.Path(stateFile), err)
	}
	return s, !s.Down, nil
}

// Save writes the state.
func (d Dir) Save(s State) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	_, err = WriteFile(d.Path(stateFile), append(data, '\n'), 0o644)
	return err
}

// Lock keeps a second up or down on the same sandbox waiting, up to patience.
// The kernel drops the lock when the process ends, however it ends.
func (d Dir) Lock(patience time.Duration) (unlock func(), err error) {
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(d.Path(lockFile), os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if time.Now().After(end) {
			f.Close()
			return nil, fmt.Errorf("another command is working on the sandbox in %s", d)
		}
	}
}
