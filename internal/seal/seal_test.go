package seal_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"

	"github.com/sparkwiz/sparkwiz/internal/seal"
)

// certificate is what a controller would hand out, and the key it keeps.
func certificate(t *testing.T, until time.Time) (seal.Certificate, map[string]*rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sealing"}, NotBefore: until.Add(-time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := seal.Parse(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	return c, map[string]*rsa.PrivateKey{"fingerprint": key}
}

// TestControllerOpens: the controller's own code decrypts what is sealed here,
// and only where the scope lets it.
func TestControllerOpens(t *testing.T) {
	c, keys := certificate(t, time.Now().Add(time.Hour))
	labels := map[string]string{"strict": "spark/spark-connect", "namespace-wide": "spark", "cluster-wide": ""}
	for scope, label := range labels {
		for _, value := range []string{"s3cr3t", "", strings.Repeat("long ", 20000), "two\nlines\x00and a zero"} {
			text, err := c.Seal([]byte(value), "spark", "spark-connect", scope)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := crypto.HybridDecrypt(rand.Reader, keys, raw, []byte(label))
			if err != nil || string(got) != value {
				t.Errorf("%s: %d bytes come back as %d: %v", scope, len(value), len(got), err)
			}
			for _, other := range []string{"spark/other", "other/spark-connect", "other", "x"} {
				if _, err := crypto.HybridDecrypt(rand.Reader, keys, raw, []byte(other)); err == nil {
					t.Errorf("%s is opened as %q too", scope, other)
				}
			}
		}
	}
	if _, err := c.Seal(nil, "a", "b", "everywhere"); err == nil {
		t.Error("an unknown scope is accepted")
	}
	once, _ := c.Seal([]byte("x"), "a", "b", seal.Strict)
	if twice, _ := c.Seal([]byte("x"), "a", "b", seal.Strict); once == twice {
		t.Error("the same value is sealed to the same text: keys repeat")
	}
}

func TestExpired(t *testing.T) {
	now := time.Now()
	if c, _ := certificate(t, now.Add(time.Minute)); c.Expired(now) != nil {
		t.Error("a certificate that is good for a minute is refused")
	}
	if c, _ := certificate(t, now.Add(-time.Minute)); c.Expired(now) == nil {
		t.Error("an expired certificate is accepted")
	}
}

func TestParseRefuses(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"nothing":           nil,
		"a page of HTML":    []byte("<html>not found</html>"),
		"a private key":     pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x")}),
		"half":              pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der[:20]}),
		"an elliptic curve": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	} {
		if _, err := seal.Parse(data); err == nil {
			t.Errorf("%s is taken for a certificate", name)
		}
	}
}
