package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
)

// ownRules are the sandbox's chains. They let pods out through the machine's
// address whatever other firewall is there, and let nobody in from outside:
// the bridge's addresses answer to this machine and to pods.
func ownRules() string {
	return strings.NewReplacer("BRIDGE", config.Bridge, "PODS", config.PodCIDR, "GATEWAY", config.Gateway).Replace(`*filter
:SPWZ-INPUT - [0:0]
:SPWZ-FORWARD - [0:0]
-A SPWZ-INPUT -i lo -j RETURN
-A SPWZ-INPUT -i BRIDGE -j ACCEPT
-A SPWZ-INPUT -d GATEWAY/32 -j DROP
-A SPWZ-FORWARD -i BRIDGE -j ACCEPT
-A SPWZ-FORWARD -o BRIDGE -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A SPWZ-FORWARD -o BRIDGE -j DROP
COMMIT
*nat
:SPWZ-POSTROUTING - [0:0]
-A SPWZ-POSTROUTING -s PODS ! -d PODS -j MASQUERADE
COMMIT
`)
}

// EnsureRules puts the sandbox's own chains into iptables. Running it again
// replaces them.
func EnsureRules() error {
	if err := restore("iptables", ownRules()); err != nil {
		return err
	}
	for _, hook := range [][]string{
		{"filter", "INPUT", "SPWZ-INPUT"},
		{"filter", "FORWARD", "SPWZ-FORWARD"},
		{"nat", "POSTROUTING", "SPWZ-POSTROUTING"},
	} {
		rule := []string{"-w", "-t", hook[0], "-C", hook[1], "-j", hook[2]}
		if exec.Command("iptables", rule...).Run() == nil {
			continue
		}
		rule[3] = "-I"
		if out, err := exec.Command("iptables", rule...).CombinedOutput(); err != nil {
			return fmt.Errorf("iptables: %w: %s", err, bytes.TrimSpace(out))
		}
	}
	return nil
}

// families are the commands of both address families. Kubernetes also makes
// chains in IPv6, where nobody uses them.
func families() []string { return []string{"iptables", "ip6tables"} }

// Chains lists "FAMILY TABLE CHAIN" of Kubernetes' chains.
func Chains() ([]string, error) {
	var all []string
	for _, family := range families() {
		saved, err := save(family)
		if err != nil {
			return nil, err
		}
		for table, chains := range parse(saved).chains {
			for _, chain := range chains {
				if strings.HasPrefix(chain, "KUBE-") {
					all = append(all, family+" "+table+" "+chain)
				}
			}
		}
	}
	slices.Sort(all)
	return all, nil
}

// RemoveRules takes out the sandbox's chains and those of its kube-proxy, with
// the rules that lead there, but not the chains in before.
func RemoveRules(before []string) error {
	var errs []error
	for _, family := range families() {
		saved, err := save(family)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		script := removal(saved, func(table, chain string) bool {
			return strings.HasPrefix(chain, "SPWZ-") ||
				strings.HasPrefix(chain, "KUBE-") && !slices.Contains(before, family+" "+table+" "+chain)
		})
		if script != "" {
			errs = append(errs, restore(family, script))
		}
	}
	return errors.Join(errs...)
}

func save(family string) (string, error) {
	if _, err := os.Stat("/proc/net/if_inet6"); err != nil && family == "ip6tables" {
		return "", nil // A kernel without IPv6 has no tables of it.
	}
	out, err := exec.Command(family + "-save").Output()
	if err != nil {
		return "", fmt.Errorf("%s-save: %w", family, err)
	}
	return string(out), nil
}

func restore(family, script string) error {
	cmd := exec.Command(family+"-restore", "--noflush", "-w")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s-restore: %w: %s", family, err, bytes.TrimSpace(out))
	}
	return nil
}
