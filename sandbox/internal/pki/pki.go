// Package pki makes the sandbox's keys and certificates. What is still valid
// is kept, so that running components and written kubeconfigs stay good.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"slices"
	"time"
)

const (
	caLife   = 10 * 365 * 24 * time.Hour
	leafLife = 365 * 24 * time.Hour
	renew    = 30 * 24 * time.Hour // a certificate with less left is made again
)

// Pair is a certificate with its key.
type Pair struct {
	Cert *x509.Certificate
	Key  *ecdsa.PrivateKey
}

// Leaf is one row: a certificate that some component needs.
type Leaf struct {
	Name   string // file name without .crt and .key
	CA     string // name of the authority that signs it
	User   string // common name, the user in the cluster's eyes
	Groups []string
	DNS    []string
	IPs    []net.IP
}

// Ensure makes in dir the authorities, leaves and the plain key for service
// account tokens (sa.key, sa.pub) that are missing, about to expire, or say
// something else than their row.
func Ensure(dir string, authorities []string, leaves []Leaf, now time.Time) error {
	cas := map[string]Pair{}
	for _, name := range authorities {
		ca, err := ensureCA(dir, name, now)
		if err != nil {
			return fmt.Errorf("certificate authority %s: %w", name, err)
		}
		cas[name] = ca
	}
	for _, leaf := range leaves {
		if err := ensureLeaf(dir, cas[leaf.CA], leaf, now); err != nil {
			return fmt.Errorf("certificate %s: %w", leaf.Name, err)
		}
	}
	return ensureKey(dir, "sa")
}

func ensureCA(dir, name string, now time.Time) (Pair, error) {
	if p, err := load(dir, name); err == nil && now.Add(renew).Before(p.Cert.NotAfter) {
		return p, nil
	}
	t := template(pkix.Name{CommonName: "sparkwiz-sandbox-" + name}, now, caLife)
	t.IsCA, t.BasicConstraintsValid = true, true
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	return issue(dir, name, t, nil)
}

func ensureLeaf(dir string, ca Pair, leaf Leaf, now time.Time) error {
	if ca.Cert == nil {
		return fmt.Errorf("unknown authority %q", leaf.CA)
	}
	if p, err := load(dir, leaf.Name); err == nil && leaf.is(p.Cert) &&
		now.Add(renew).Before(p.Cert.NotAfter) && p.Cert.CheckSignatureFrom(ca.Cert) == nil {
		return nil
	}
	t := template(pkix.Name{CommonName: leaf.User, Organization: leaf.Groups}, now, leafLife)
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	t.DNSNames, t.IPAddresses = leaf.DNS, leaf.IPs
	_, err := issue(dir, leaf.Name, t, &ca)
	return err
}

// is tells whether the certificate says what the row says.
func (l Leaf) is(c *x509.Certificate) bool {
	return c.Subject.CommonName == l.User &&
		slices.Equal(c.Subject.Organization, l.Groups) &&
		slices.Equal(c.DNSNames, l.DNS) &&
		slices.EqualFunc(c.IPAddresses, l.IPs, net.IP.Equal)
}

func template(subject pkix.Name, now time.Time, life time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject:   subject,
		NotBefore: now.Add(-time.Hour), // tolerates a clock that is set back
		NotAfter:  now.Add(life),
	}
}

// issue makes a key and a certificate for it, signed by ca or by itself.
func issue(dir, name string, t *x509.Certificate, ca *Pair) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	t.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return Pair{}, err
	}
	signer := Pair{Cert: t, Key: key}
	if ca != nil {
		signer = *ca
	}
	der, err := x509.CreateCertificate(rand.Reader, t, signer.Cert, key.Public(), signer.Key)
	if err != nil {
		return Pair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return Pair{}, err
	}
	// The key goes first: a certificate without its key would be kept for good.
	return Pair{cert, key}, errors.Join(
		writeKey(filepath.Join(dir, name+".key"), key),
		writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der, 0o644))
}
