package internal_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/sparkwiz/sparkwiz/images"
)

// assigned finds a name that promises a credential, and what is assigned to
// it: in YAML, properties, shell, Python, JSON or XML's attributes.
var assigned = regexp.MustCompile(`(?i)([\w.-]*(?:passw(?:or)?d|secret|token|api_?key|access_?key|private_?key|account\.key|fernet_?key|credential)[\w.-]*)["']?\s*(?:=>|:=|=|:)\s*["']?([^\s"',;)}\]]+)`)

// reference is a value that is no secret: it says where one is, or what kind.
var reference = regexp.MustCompile(`(?i)^(\$|\{|<|\||>|/|%|true$|false$|none$|null$|yes$|no$|off$|disable$|required?$|os\.|self\.|str\b|bytes\b|com\.|org\.|software\.|\w+\(|\(|\[|&|` + "`" + `|#|\d+$)`)

// famous are passwords that software comes with, whatever they are assigned to.
var famous = regexp.MustCompile(`(?i)\b(minioadmin|changeme|change_me|changeit|admin:admin|airflow:airflow|postgres:postgres|hive:hive|password123|letmein|hunter2)\b`)

// credentials are the places in a text that look like one, but for the names
// that ours says are none.
func credentials(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
			continue
		}
		for _, m := range assigned.FindAllStringSubmatch(line, -1) {
			name, value := m[1], m[2]
			if !reference.MatchString(value) && !noSecret.MatchString(name+"="+value) {
				found = append(found, name+"="+value)
			}
		}
		found = append(found, famous.FindAllString(line, -1)...)
	}
	return found
}

// noSecret are names that promise a credential and hold none: names of Secrets
// and of keys in them, a command that prints one, SQL's word before a
// variable, and the usage of a script.
var noSecret = regexp.MustCompile(`(?i)^((agent-inject-secret-[\w.-]+|secretName|secretKey|existingSecret|caSecret|secretKeyRef|\w*_CMD|\w*KeyKey|passwordKey)=|PASSWORD=password$|password=airflow-user$)`)

// TestCredentialsAreFound: what the tests below look for, they would see.
func TestCredentialsAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"fs.s3a.secret.key: wJalrXUtnFEMI": 1, "javax.jdo.option.ConnectionPassword=hive": 1, `ENV POSTGRES_PASSWORD=postgres`: 1,
		`"api_key": "abcdef"`: 1, "user: minioadmin": 1, "--token=abc": 1, "SPARK_CONNECT_AUTHENTICATE_TOKEN: abc123": 1,
		"password: ${env.DB_PASSWORD}": 0, "secretName: object-store-credentials": 0, "tokenFile: /var/run/token": 0, "automountServiceAccountToken: false": 0,
	} {
		if got := credentials(text); len(got) != want {
			t.Errorf("%q: found %q, want %d", text, got, want)
		}
	}
}

// noPasswords looks at everything that is rendered: no object of ours is a
// Secret, no variable that is one has a value, no text has a password.
func noPasswords(t *testing.T, all []platform) {
	t.Helper()
	seen := map[string]bool{}
	for _, p := range all {
		for _, object := range p.objects {
			if object.GetKind() == "Secret" {
				t.Errorf("%s: the Secret %s is made by a chart, with what is in it", p.Name, object.GetName())
			}
		}
		for _, manifest := range p.manifests {
			if seen[manifest] {
				continue
			}
			seen[manifest] = true
			for _, place := range credentials(manifest) {
				t.Errorf("%.80s …: %s", strings.TrimPrefix(manifest, "---\n# Source: "), place)
			}
		}
		for name, pod := range p.pods {
			for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
				for _, v := range c.Env {
					at := name + "/" + c.Name + ": " + v.Name
					if set := at + "=" + v.Value; v.Value != "" && !seen[set] {
						seen[set] = true
						if len(credentials(v.Name+"="+v.Value)) > 0 {
							t.Errorf("%s has a value instead of a reference", at)
						}
					}
				}
			}
		}
	}
}

// TestImagesHaveNoPasswords looks at every file that an image is made of.
func TestImagesHaveNoPasswords(t *testing.T) {
	files := 0
	err := fs.WalkDir(images.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) == ".txt" { // Lists of packages with their hashes.
			return err
		}
		files++
		data, err := images.FS.ReadFile(path)
		for _, place := range credentials(string(data)) {
			t.Errorf("images/%s: %s", path, place)
		}
		return err
	})
	if err != nil || files < 20 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestBuiltImagesHaveNoPasswords looks at what images that were built here
// tell whoever pulls them: environment, labels, and the commands of each layer.
func TestBuiltImagesHaveNoPasswords(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	archives, err := filepath.Glob(filepath.Join(cache, "sparkwiz", "images", "*.tar"))
	if err != nil || len(archives) == 0 {
		t.Skipf("no image was built here (%v)", err)
	}
	for _, archive := range archives {
		image, err := tarball.ImageFromPath(archive, nil)
		if err != nil {
			t.Logf("%s is not an image now: %v", archive, err) // Somebody may be building it.
			continue
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Errorf("%s: %v", archive, err)
			continue
		}
		for _, text := range told(config) {
			for _, place := range credentials(text) {
				t.Errorf("%s: %s", filepath.Base(archive), place)
			}
		}
	}
}

func told(config *v1.ConfigFile) []string {
	all := slices.Clone(config.Config.Env)
	for key, value := range config.Config.Labels {
		all = append(all, fmt.Sprintf("%s=%s", key, value))
	}
	for _, layer := range config.History {
		all = append(all, layer.CreatedBy)
	}
	return slices.Concat(all, config.Config.Cmd, config.Config.Entrypoint)
}
