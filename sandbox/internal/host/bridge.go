// Package host changes the machine for a real node, and puts it back: the
// bridge, iptables, kernel settings, the node's mounts, control groups.
package host

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/config"
)

// EnsureBridge makes the pods' bridge with its address and the route of the
// services. Owner, the state directory, is written into the link's alias, so
// that any sandbox can tell whose bridge it is.
func EnsureBridge(owner string) error {
	link, err := netlink.LinkByName(config.Bridge)
	var none netlink.LinkNotFoundError
	switch {
	case errors.As(err, &none):
		attrs := netlink.NewLinkAttrs()
		attrs.Name = config.Bridge
		if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs}); err != nil {
			return fmt.Errorf("make bridge %s: %w", config.Bridge, err)
		}
		if link, err = netlink.LinkByName(config.Bridge); err != nil {
			return err
		}
		if err := netlink.LinkSetAlias(link, owner); err != nil {
			return fmt.Errorf("mark bridge %s: %w", config.Bridge, err)
		}
	case err != nil:
		return err
	}
	_, pods, err := net.ParseCIDR(config.PodCIDR)
	if err != nil {
		return err
	}
	address := &netlink.Addr{IPNet: &net.IPNet{IP: net.ParseIP(config.Gateway), Mask: pods.Mask}}
	if err := netlink.AddrReplace(link, address); err != nil {
		return fmt.Errorf("give %s the address %s: %w", config.Bridge, config.Gateway, err)
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return fmt.Errorf("bring up %s: %w", config.Bridge, err)
	}
	_, services, err := net.ParseCIDR(config.ServiceCIDR)
	if err != nil {
		return err
	}
	// Packets for a service's address must have a way to go before kube-proxy
	// rewrites them; this one never leaves the machine.
	if err := netlink.RouteReplace(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: services, Scope: netlink.SCOPE_LINK}); err != nil {
		return fmt.Errorf("route %s to %s: %w", config.ServiceCIDR, config.Bridge, err)
	}
	return nil
}

// BridgeOwner is the state directory of the sandbox whose bridge exists, or ""
// when there is no bridge.
func BridgeOwner() (string, error) {
	link, err := netlink.LinkByName(config.Bridge)
	if _, ok := errors.AsType[netlink.LinkNotFoundError](err); ok {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if alias := link.Attrs().Alias; alias != "" {
		return alias, nil
	}
	return "unknown", nil
}

// RemoveBridge deletes the bridge, its route, and what pods left plugged in.
func RemoveBridge() error {
	link, err := netlink.LinkByName(config.Bridge)
	if _, ok := errors.AsType[netlink.LinkNotFoundError](err); ok {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := netlink.LinkList()
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range all {
		if l.Attrs().MasterIndex == link.Attrs().Index {
			errs = append(errs, gone(netlink.LinkDel(l)))
		}
	}
	return errors.Join(append(errs, gone(netlink.LinkDel(link)))...)
}

// gone forgives an interface that vanished by itself, as those of dying pods do.
func gone(err error) error {
	var none netlink.LinkNotFoundError
	if errors.As(err, &none) || errors.Is(err, os.ErrNotExist) || (err != nil && err.Error() == "no such device") {
		return nil
	}
	return err
}

// Overlaps lists other interfaces that use addresses of the sandbox.
func Overlaps() ([]string, error) {
	var taken []string
	links, err := netlink.LinkList()
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, l := range links {
		names[l.Attrs().Index] = l.Attrs().Name
	}
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	for _, cidr := range []string{config.PodCIDR, config.ServiceCIDR} {
		_, ours, err := net.ParseCIDR(cidr)
		if err != nil {
			return nil, err
		}
		for _, r := range routes {
			if r.Dst == nil || names[r.LinkIndex] == config.Bridge {
				continue
			}
			if ones, _ := r.Dst.Mask.Size(); ones >= 8 && (ours.Contains(r.Dst.IP) || r.Dst.Contains(ours.IP)) {
				taken = append(taken, fmt.Sprintf("%s by %s (%s)", cidr, names[r.LinkIndex], r.Dst))
			}
		}
	}
	return taken, nil
}
