package eventlog

import (
	"encoding/binary"
	"fmt"
	"io"
)

// lzfMagic starts every chunk of lzf, as the Java library compress-lzf writes them.
const lzfMagic = "ZV"

// lzfReader reads chunks of lzf: the magic, a type, the length, and for packed ones the length of what is packed, both of 16
// bits and big endian. No library in Go that is looked after reads it, and all there is to it is below.
type lzfReader struct {
	r io.Reader
	blockReader
}

func (l *lzfReader) Read(p []byte) (int, error) {
	for l.at == len(l.plain) {
		if err := l.next(); err != nil {
			return 0, err
		}
	}
	return l.give(p), nil
}

func (l *lzfReader) next() error {
	var head [7]byte
	if _, err := io.ReadFull(l.r, head[:5]); err != nil {
		return err
	}
	if string(head[:2]) != lzfMagic || head[2] > 1 {
		return fmt.Errorf("%w: no lzf chunk where one should start", errBlock)
	}
	n := int(binary.BigEndian.Uint16(head[3:]))
	if head[2] == 0 {
		l.at, l.plain = 0, sized(l.plain, n)
		_, err := io.ReadFull(l.r, l.plain)
		return l.failed(err)
	}
	if _, err := io.ReadFull(l.r, head[5:]); err != nil {
		return l.failed(err)
	}
	l.packed = sized(l.packed, n)
	if _, err := io.ReadFull(l.r, l.packed); err != nil {
		return l.failed(err)
	}
	l.at, l.plain = 0, sized(l.plain, int(binary.BigEndian.Uint16(head[5:])))
	if !unpack(l.packed, l.plain) {
		return l.failed(fmt.Errorf("%w: lzf", errBlock))
	}
	return nil
}

// unpack fills plain from packed: a byte below 32 says how many bytes follow as they are, less one. Any other has in its upper
// three bits how many bytes to repeat, less two (7: another byte is added), and in the lower five, with the next byte, from how
// far back, less one.
func unpack(packed, plain []byte) bool {
	out := 0
	for i := 0; i < len(packed); {
		control := int(packed[i])
		i++
		if control < 32 {
			n := control + 1
			if i+n > len(packed) || out+n > len(plain) {
				return false
			}
			out += copy(plain[out:], packed[i:i+n])
			i += n
			continue
		}
		n := control>>5 + 2
		if n == 9 {
			if i == len(packed) {
				return false
			}
			n += int(packed[i])
			i++
		}
		if i == len(packed) {
			return false
		}
		back := (control&31)<<8 + int(packed[i]) + 1
		i++
		if back > out || out+n > len(plain) {
			return false
		}
		for range n { // Byte by byte: what is repeated may overlap with its copy.
			plain[out] = plain[out-back]
			out++
		}
	}
	return out == len(plain)
}
