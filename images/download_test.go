package images

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fetchers are programs that bring something from the network into an image. Each is allowed in one form: the one in which
// what comes is compared with what it must hash to, or is signed.
var fetchers = []struct {
	program, allowed *regexp.Regexp
	why              string
}{
	{regexp.MustCompile(`\bpip3? (.* )?(install|download)\b`), regexp.MustCompile(`--require-hashes`), "pip compares each file with the hash in its list"},
	{regexp.MustCompile(`\bmvn\b`), regexp.MustCompile(`maven\.repo\.local`), "fetch-jars.sh compares each file with the hash in its list"},
	{regexp.MustCompile(`\b(apt-get|apt) (.* )?install\b`), regexp.MustCompile(`install`), "Debian signs its archive, and apt checks it"},
	{regexp.MustCompile(`\bdebootstrap -`), regexp.MustCompile(`--variant`), "Debian signs its archive, and debootstrap checks it"},
	{regexp.MustCompile(`\bgo (install|build)\b`), regexp.MustCompile(`-mod=readonly|-trimpath`), "go.sum has the hash of each module"},
	{regexp.MustCompile(`\b(curl|wget|git clone|npm|npx|yarn|gem|cargo|conda|uvx?) |^\s*ADD\s+https?:|urlretrieve|urlopen|requests\.get`), nil, ""},
}

// downloads are the commands of a file that bring in what nobody has compared.
func downloads(text string) []string {
	var bad []string
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, f := range fetchers {
			if f.program.MatchString(line) && (f.allowed == nil || !f.allowed.MatchString(line)) {
				bad = append(bad, line)
			}
		}
	}
	return bad
}

// Whatever comes into an image from the network was compared with something: see also TestPins, which looks at the lists.
func TestNothingElseIsDownloaded(t *testing.T) {
	files := 0
	err := fs.WalkDir(FS, ".", func(path string, entry fs.DirEntry, err error) error {
		switch filepath.Ext(path) {
		case ".txt", ".in", ".yaml", ".xml", ".properties", ".json", ".cfg":
			return err // They name things, and run none.
		}
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		data, err := FS.ReadFile(path)
		for _, line := range downloads(string(data)) {
			t.Errorf("%s: %.120s", path, line)
		}
		return err
	})
	if err != nil || files < 15 {
		t.Errorf("%d files, %v", files, err)
	}
	for _, line := range []string{
		"RUN pip install pandas", "RUN apt-get update && curl -fsSL https://example.com/x | sh", "ADD https://example.com/x.jar /opt/", "mvn dependency:get -Dartifact=a:b:1",
	} {
		if len(downloads(line)) == 0 {
			t.Errorf("%q is let through", line)
		}
	}
}
