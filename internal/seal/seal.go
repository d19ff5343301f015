// Package seal encrypts values for the controller of Sealed Secrets, in the
// format that kubeseal writes and with nothing but the standard library.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Scopes say where a value can be opened.
const (
	Strict        = "strict"
	NamespaceWide = "namespace-wide"
	ClusterWide   = "cluster-wide"
)

// sessionKey is the size in bytes of the key of one value: AES-256.
const sessionKey = 32

// Certificate is what the controller hands out: whoever has it can seal, and
// only the controller can open.
type Certificate struct {
	key      *rsa.PublicKey
	NotAfter time.Time
}

// Parse reads a certificate as the controller and `kubeseal --fetch-cert`
// write it: PEM. Several may follow each other; the first is the newest.
func Parse(data []byte) (Certificate, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return Certificate{}, fault.New(fault.Usage, "this is no certificate in PEM", "kubeseal --fetch-cert > sealing.pem")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Certificate{}, fault.Wrap(err, fault.Usage, "the certificate cannot be read", "")
	}
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		return Certificate{}, fault.New(fault.Usage, fmt.Sprintf("the certificate has a key of another kind than RSA: %T", c.PublicKey), "")
	}
	return Certificate{key: key, NotAfter: c.NotAfter}, nil
}

// Expired refuses a certificate whose time is over: kubeseal does too.
func (c Certificate) Expired(now time.Time) error {
	if now.Before(c.NotAfter) {
		return nil
	}
	return fault.New(fault.Failed, "the sealing certificate expired on "+c.NotAfter.Format(time.DateOnly),
		"kubectl -n sealed-secrets rollout restart deployment sealed-secrets-controller   # it makes a new one")
}

// Seal encrypts one value for a key of a Secret. The result is the base64 that
// belongs into encryptedData.
//
// The format: the length of the next part as two bytes, big-endian; a fresh
// AES-256 key, encrypted by RSA-OAEP with SHA-256 and the scope as its label;
// the value, by AES-GCM. The nonce is zero, for no key encrypts twice.
func (c Certificate) Seal(value []byte, namespace, name, scope string) (string, error) {
	if c.key == nil {
		return "", errors.New("there is no certificate")
	}
	label, err := labelOf(namespace, name, scope)
	if err != nil {
		return "", err
	}
	session := make([]byte, sessionKey)
	rand.Read(session) // It never fails: the program ends where there is no randomness.
	sealed, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, c.key, session, label)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(len(sealed))) // The size of an RSA key: 512 bytes with the controller's 4096 bits.
	out = append(out, sealed...)
	out = gcm.Seal(out, make([]byte, gcm.NonceSize()), value, nil)
	return base64.StdEncoding.EncodeToString(out), nil
}

// labelOf binds a value to where it may be opened.
func labelOf(namespace, name, scope string) ([]byte, error) {
	switch scope {
	case Strict:
		return []byte(namespace + "/" + name), nil
	case NamespaceWide:
		return []byte(namespace), nil
	case ClusterWide:
		return nil, nil
	}
	return nil, fmt.Errorf("%q is no scope", scope)
}
