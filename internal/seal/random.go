package seal

import (
	"crypto/rand"
	"encoding/base64"
)

// Random is a new secret value: 32 characters that need no quoting in a URL, a
// shell or SQL.
func Random() []byte {
	raw := make([]byte, 24)
	rand.Read(raw) // It never fails: the program ends where there is no randomness.
	// A leading dash would be taken for an option by some program.
	return []byte("s" + base64.RawURLEncoding.EncodeToString(raw)[1:])
}
