package eventlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/pierrec/lz4/v4"
)

// Spark writes lz4 and snappy (and lzf, see lzfReader) in the framings of the Java libraries it uses, which no other program writes: lz4-java's
// LZ4BlockOutputStream and snappy-java's SnappyOutputStream. The blocks inside are the usual ones.
var (
	lz4Magic    = []byte("LZ4Block")
	snappyMagic = []byte("\x82SNAPPY\x00")
	errCodec    = errors.New("codec not supported")
	errBlock    = errors.New("a compressed block is damaged")
)

// largest is the most bytes of one block: lz4-java writes at most 32 MiB, Spark asks for 32 KiB.
const largest = 32 << 20

// blockReader gives out the bytes of blocks.
type blockReader struct {
	packed, plain []byte
	at            int
}

func (b *blockReader) give(p []byte) int {
	n := copy(p, b.plain[b.at:])
	b.at += n
	return n
}

// sized is a slice of n bytes, the old one when it is large enough.
func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// lz4Reader reads LZ4BlockOutputStream: for each block 8 bytes of magic, a token with the method, the compressed length, the
// length, and a checksum, all little endian. A block without bytes ends a stream, and another one may follow.
type lz4Reader struct {
	r io.Reader
	blockReader
}

func (l *lz4Reader) Read(p []byte) (int, error) {
	for l.at == len(l.plain) {
		if err := l.next(); err != nil {
			return 0, err
		}
	}
	return l.give(p), nil
}

func (l *lz4Reader) next() error {
	var head [21]byte
	if _, err := io.ReadFull(l.r, head[:]); err != nil {
		return err
	}
	if !bytes.Equal(head[:8], lz4Magic) {
		return fmt.Errorf("%w: no lz4 block where one should start", errBlock)
	}
	method := head[8] & 0xf0
	packed, plain := binary.LittleEndian.Uint32(head[9:]), binary.LittleEndian.Uint32(head[13:])
	if packed > largest+largest/255+16 || plain > largest {
		return fmt.Errorf("%w: a length of %d bytes", errBlock, max(packed, plain))
	}
	l.at, l.plain = 0, sized(l.plain, int(plain))
	if plain == 0 {
		return nil
	}
	switch method {
	case 0x10:
		_, err := io.ReadFull(l.r, l.plain)
		return l.failed(err)
	case 0x20:
		l.packed = sized(l.packed, int(packed))
		if _, err := io.ReadFull(l.r, l.packed); err != nil {
			return l.failed(err)
		}
		n, err := lz4.UncompressBlock(l.packed, l.plain)
		if err != nil || n != int(plain) {
			return l.failed(fmt.Errorf("%w: lz4", errBlock))
		}
		return nil
	}
	return l.failed(fmt.Errorf("%w: lz4 method %#x", errBlock, method))
}

// failed leaves nothing half read behind.
func (b *blockReader) failed(err error) error {
	if err != nil {
		b.plain, b.at = b.plain[:0], 0
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// snappyReader reads SnappyOutputStream: a header of 16 bytes, then for each block its compressed length, big endian, and the
// block. The header may come again where streams were joined.
type snappyReader struct {
	r io.Reader
	blockReader
}

func (s *snappyReader) Read(p []byte) (int, error) {
	for s.at == len(s.plain) {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	return s.give(p), nil
}

func (s *snappyReader) next() error {
	var head [4]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return err
	}
	if bytes.Equal(head[:], snappyMagic[:4]) {
		var rest [12]byte
		_, err := io.ReadFull(s.r, rest[:])
		return s.failed(err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > largest {
		return fmt.Errorf("%w: a length of %d bytes", errBlock, n)
	}
	s.packed = sized(s.packed, int(n))
	if _, err := io.ReadFull(s.r, s.packed); err != nil {
		return s.failed(err)
	}
	plain, err := snappy.DecodedLen(s.packed)
	if err != nil || plain > largest {
		return s.failed(fmt.Errorf("%w: snappy", errBlock))
	}
	s.at, s.plain = 0, sized(s.plain, plain)
	if _, err := snappy.Decode(s.plain, s.packed); err != nil {
		return s.failed(fmt.Errorf("%w: snappy", errBlock))
	}
	return nil
}
