package kube

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Holder is one running installer, as it signs the lease.
type Holder struct {
	Name    string // for people: user@host pid 123
	Process string // machine, pid and start of the process; empty where that cannot be told
	ID      string // this run and no other
}

// Self is this process under a name for people.
func Self(name string) Holder {
	return Holder{Name: name, Process: process(os.Getpid()), ID: uuid.NewString()}
}

// vitality is what this machine knows about another process.
type vitality int

const (
	elsewhere vitality = iota // on another machine, or cannot tell
	alive
	dead
)

// vitality looks for the process on this machine. It spares the usual case,
// an installer that was killed here and is started again here, the wait for
// the lease to run out; and it never takes a process for dead that was merely
// stopped.
func (h Holder) vitality() vitality {
	machine, pid, ok := split(h.Process)
	here, _, mine := split(process(os.Getpid()))
	switch {
	case !ok || !mine || machine != here:
		return elsewhere
	case process(pid) == h.Process:
		return alive
	}
	return dead
}

// process identifies a process of this boot of this machine: process numbers
// are used again, so its start belongs to it. Empty when it is gone, or where
// there is no /proc.
func process(pid int) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field is the program's name in brackets and may hold anything.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return ""
	}
	return fmt.Sprintf("%s/%s/%d/%s", strings.TrimSpace(string(boot)), space, pid, fields[19])
}

// split takes a process apart into the machine it runs on and its number.
func split(process string) (machine string, pid int, ok bool) {
	parts := strings.Split(process, "/")
	if len(parts) != 4 {
		return "", 0, false
	}
	pid, err := strconv.Atoi(parts[2])
	return parts[0] + "/" + parts[1], pid, err == nil
}
