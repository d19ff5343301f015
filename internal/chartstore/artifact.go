package chartstore

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"sigs.k8s.io/yaml"
)

// The media types of a chart in a registry, as Helm writes them.
const (
	configType = types.MediaType("application/vnd.cncf.helm.config.v1+json")
	layerType  = types.MediaType("application/vnd.cncf.helm.chart.content.v1.tar+gzip")
)

// Wrap makes what Helm pushes to a registry of a chart's archive: its Chart.yaml
// as the configuration, and the archive, byte for byte, as the only layer. The
// same archive gives the same digest.
func Wrap(archive []byte) (v1.Image, error) {
	metadata, err := metadataOf(archive)
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(metadata)
	if err != nil {
		return nil, err
	}
	layer := static.NewLayer(archive, layerType)
	described, err := partial.Descriptor(layer)
	if err != nil {
		return nil, err
	}
	digest, size, err := v1.SHA256(bytes.NewReader(config))
	if err != nil {
		return nil, err
	}
	manifest := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
		Config: v1.Descriptor{MediaType: configType, Digest: digest, Size: size},
		Layers: []v1.Descriptor{*described},
	}
	for key, field := range map[string]string{"org.opencontainers.image.title": "name", "org.opencontainers.image.version": "version"} {
		if text, ok := metadata[field].(string); ok {
			if manifest.Annotations == nil {
				manifest.Annotations = map[string]string{}
			}
			manifest.Annotations[key] = text
		}
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return nil, err
	}
	return partial.CompressedToImage(artifact{config: config, manifest: raw, layer: layer})
}

// artifact is a chart as go-containerregistry moves images.
type artifact struct {
	config, manifest []byte
	layer            v1.Layer
}

func (a artifact) RawConfigFile() ([]byte, error)      { return a.config, nil }
func (a artifact) RawManifest() ([]byte, error)        { return a.manifest, nil }
func (a artifact) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

func (a artifact) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	if digest, err := a.layer.Digest(); err != nil || digest != h {
		return nil, fmt.Errorf("the chart has no part %s", h)
	}
	return a.layer, nil
}

// Unwrap takes the archive out of what a registry has. Its digest is checked
// against the manifest's while it is read.
func Unwrap(image v1.Image) ([]byte, error) {
	layers, err := image.Layers()
	if err != nil {
		return nil, err
	}
	for _, l := range layers {
		kind, err := l.MediaType()
		if err != nil {
			return nil, err
		}
		if kind != layerType {
			continue
		}
		content, err := l.Compressed()
		if err != nil {
			return nil, err
		}
		data, err := limited(content)
		if err != nil {
			return nil, err
		}
		want, err := l.Digest()
		if err == nil && want.String() != Digest(data) {
			err = fmt.Errorf("%w: it is %s, its manifest says %s", errDigest, Digest(data), want)
		}
		return data, err
	}
	return nil, errors.New("it is no Helm chart")
}

// metadataOf reads the Chart.yaml of an archive.
func metadataOf(archive []byte) (map[string]any, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(io.LimitReader(zipped, 16*largest))
	for {
		header, err := files.Next()
		if err != nil {
			return nil, fmt.Errorf("the archive has no Chart.yaml: %w", err)
		}
		if dir, file := path.Split(path.Clean(header.Name)); file != "Chart.yaml" || path.Dir(path.Clean(dir)) != "." {
			continue
		}
		data, err := io.ReadAll(files)
		if err != nil {
			return nil, err
		}
		var metadata map[string]any
		err = yaml.Unmarshal(data, &metadata)
		return metadata, err
	}
}
