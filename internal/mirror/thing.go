package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// thing is what is copied: an image, of which a chart is one, or several for
// different machines under one name.
type thing struct {
	image v1.Image
	index v1.ImageIndex // instead of image
	// digest of a chart's archive, which is not that of the thing
	archive string
}

// manifested is what images and indexes have in common.
type manifested interface {
	Digest() (v1.Hash, error)
	Size() (int64, error)
	RawManifest() ([]byte, error)
	MediaType() (types.MediaType, error)
}

func (t thing) manifest() manifested {
	if t.index != nil {
		return t.index
	}
	return t.image
}

// blob is one part of a thing: its bytes can be asked for once.
type blob struct {
	hash v1.Hash
	open func() (io.ReadCloser, error)
}

// blobs are all parts of a thing, what is referred to before what refers to
// it.
func (t thing) blobs() ([]blob, error) {
	var all []blob
	if t.index != nil {
		manifest, err := t.index.IndexManifest()
		if err != nil {
			return nil, err
		}
		for _, d := range manifest.Manifests {
			part, err := child(t.index, d)
			if err != nil {
				return nil, err
			}
			more, err := part.blobs()
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
	} else {
		layers, err := t.image.Layers()
		if err != nil {
			return nil, err
		}
		for _, l := range layers {
			hash, err := l.Digest()
			if err != nil {
				return nil, err
			}
			all = append(all, blob{hash, l.Compressed})
		}
		config, err := t.image.RawConfigFile()
		if err != nil {
			return nil, err
		}
		all = append(all, small(config))
	}
	raw, err := t.manifest().RawManifest()
	if err != nil {
		return nil, err
	}
	return append(all, small(raw)), nil
}

// child is one image of several.
func child(index v1.ImageIndex, d v1.Descriptor) (thing, error) {
	if d.MediaType.IsIndex() {
		inner, err := index.ImageIndex(d.Digest)
		return thing{index: inner}, err
	}
	if !d.MediaType.IsImage() {
		return thing{}, fmt.Errorf("it has a part of the unknown kind %s", d.MediaType)
	}
	image, err := index.Image(d.Digest)
	return thing{image: image}, err
}

func small(data []byte) blob {
	sum := sha256.Sum256(data)
	return blob{v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// errDamaged is a part whose bytes are not those that its name promises.
var errDamaged = errors.New("it is damaged")

// hashed copies a stream and compares it with its name. ctx ends it between
// two pieces.
func hashed(ctx context.Context, to io.Writer, from io.Reader, want v1.Hash) error {
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, sum), reader{ctx, from}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); want.Algorithm != "sha256" || got != want.Hex {
		return fmt.Errorf("%w: %s is sha256:%s", errDamaged, want, got)
	}
	return nil
}

// reader ends with its context.
type reader struct {
	ctx  context.Context //nolint:containedctx // a Reader has no other way to be told
	from io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
