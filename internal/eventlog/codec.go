package eventlog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// window is the largest window of a zstd frame that is accepted, as zstd's own command line has it: people compress logs again
// to archive them. Spark's writers need at most 8 MiB. A hostile header may ask for more memory than there is.
const window = 128 << 20

// sniff is how many bytes of a file tell its codec.
const sniff = 16

// decompress is the bytes of a file as Spark wrote them before it compressed them. The codec is told by the first bytes, since
// names are changed by people who copy logs.
func decompress(r io.Reader) (io.Reader, func(), error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(sniff)
	if len(head) == 0 && err != nil && err != io.EOF {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		return z, func() {}, err
	case bytes.HasPrefix(head, lz4Magic):
		return &lz4Reader{r: b}, func() {}, nil
	case bytes.HasPrefix(head, snappyMagic):
		return &snappyReader{r: b}, func() {}, nil
	case bytes.HasPrefix(head, []byte(lzfMagic)):
		return &lzfReader{r: b}, func() {}, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, nil, fmt.Errorf("it is a zip archive: unpack it first: %w", errCodec)
	case bytes.HasPrefix(head, []byte{0x04, 0x22, 0x4d, 0x18}):
		return nil, nil, fmt.Errorf("it is compressed with lz4 in another framing than Spark's, unpack it with `lz4 -d`: %w", errCodec)
	}
	return b, func() {}, nil
}
