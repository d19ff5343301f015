package host

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/vishvananda/netlink"
)

// RemoveCables deletes the machine's ends of the pods' virtual cables, as the
// CNI library has noted them in its cache. They mostly go with their pods; but
// where connections were cut the kernel keeps them for minutes.
func RemoveCables(cache string) error {
	notes, err := filepath.Glob(filepath.Join(cache, "results", "sparkwiz-sandbox-*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range notes {
		data, err := os.ReadFile(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, name := range cables(data) {
			if link, err := netlink.LinkByName(name); err == nil {
				errs = append(errs, gone(netlink.LinkDel(link)))
			}
		}
	}
	return errors.Join(errs...)
}

// cables names the interfaces outside of the pod's network in a note. A note
// that cannot be read, half-written at a crash, names none.
func cables(note []byte) (names []string) {
	var n struct {
		Result struct {
			Interfaces []struct{ Name, Sandbox string }
		}
	}
	if json.Unmarshal(note, &n) != nil {
		return nil
	}
	for _, i := range n.Result.Interfaces {
		if i.Sandbox == "" && strings.HasPrefix(i.Name, "veth") {
			names = append(names, i.Name)
		}
	}
	return names
}
