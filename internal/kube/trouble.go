package kube

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Trouble says in people's words why a call to the cluster failed. An error
// that already is a fault is returned as it is; nil stays nil.
func (c *Cluster) Trouble(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return trouble(err, c.Config.Host, c.Context)
}

func trouble(err error, server, kubeContext string) *fault.Error {
	host := server
	if u, parseErr := url.Parse(server); parseErr == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	info := fmt.Sprintf("kubectl --context=%s cluster-info", kubeContext)
	login := fmt.Sprintf("kubectl --context=%s auth whoami   # log in again, then run the same command again", kubeContext)
	var dns *net.DNSError
	var network net.Error
	text := err.Error()
	switch {
	case strings.Contains(text, "getting credentials:"):
		return fault.Wrap(err, fault.Denied, "the program that the kubeconfig names for logging in failed", login)
	case apierrors.IsUnauthorized(err):
		return fault.New(fault.Denied, fmt.Sprintf("%s does not accept your credentials (401)", server), login)
	case anonymous(err):
		return fault.New(fault.Denied, fmt.Sprintf("the kubeconfig has no credentials for %s: it takes you for nobody", server), login)
	case Refused(err):
		return fault.Wrap(err, fault.Denied, "your account is not allowed to do this (403)", fmt.Sprintf("kubectl --context=%s auth can-i --list", kubeContext))
	case errors.As(err, &dns):
		return fault.New(fault.Failed, fmt.Sprintf("the name %q of the API server cannot be resolved", host), fmt.Sprintf("getent hosts %s   # is the VPN up?", host))
	case errors.Is(err, syscall.ECONNREFUSED):
		return fault.New(fault.Failed, fmt.Sprintf("nothing answers at %s (connection refused)", server), start(host, info))
	case certificate(err) != "":
		return fault.New(fault.Failed, fmt.Sprintf("the certificate of %s cannot be trusted: %s", server, certificate(err)),
			info+"   # a proxy in between, or the cluster was made anew: fetch its kubeconfig again")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout(), apierrors.IsTimeout(err):
		return fault.New(fault.Failed, fmt.Sprintf("%s did not answer in time", server), info+"   # is the VPN up, does a firewall allow it?")
	}
	return fault.Wrap(err, fault.Failed, fmt.Sprintf("the cluster at %s did not do what it was asked", server), info)
}

// Refused reports whether the cluster knows too little of the account, or
// grants it too little. Admission says "forbidden" too, about the object; only
// of an account it is said what it cannot do. Of /version nothing is said at
// all: the client drops the reason.
func Refused(err error) bool {
	text := ""
	if err != nil {
		text = err.Error()
	}
	return apierrors.IsUnauthorized(err) || apierrors.IsForbidden(err) && (strings.Contains(text, " cannot ") || strings.HasSuffix(text, "unknown"))
}

// start is the remedy for a server that is not there.
func start(host, otherwise string) string {
	if ip := net.ParseIP(host); host == "localhost" || ip.IsLoopback() {
		return "sparkwiz sandbox up   # if this is the sandbox; otherwise start your cluster"
	}
	return otherwise
}

// certificate says what is wrong with the server's certificate, if that is
// the trouble.
func certificate(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "it is signed by an authority that the kubeconfig does not name"
	case errors.As(err, &name):
		return "it was issued for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "it has expired, or this machine's clock is wrong"
	case errors.As(err, &invalid):
		return invalid.Error()
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the server does not speak TLS"
	}
	return ""
}

// anonymous reports whether the API server refused somebody without a name:
// that is a missing login rather than a missing right.
func anonymous(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "system:anonymous")
}
