package images

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// PushOptions say where the archives go.
type PushOptions struct {
	Registry string         // host[:port][/path], what the answer images.registry says
	Names    []string       // none: the default images
	Insecure bool           // plain HTTP, or a certificate that nobody has signed
	StandIns bool           // also push the images that only stand in for official ones
	Keychain authn.Keychain // nil: what `docker login` has stored
	// Pushed is told what the registry has now under an image's name: the
	// digest of its manifest. nil: nobody wants to know.
	Pushed func(reference, digest string)
}

// Push copies archives into a registry, under the names that the charts use when images.registry names it. An image that
// is there already is not sent again.
func Push(ctx context.Context, o PushOptions, observe progress.Observer) error {
	chosen, err := Archives(o.Names)
	if err != nil {
		return err
	}
	if o.Keychain == nil {
		o.Keychain = authn.DefaultKeychain
	}
	var faults []error
	for _, c := range chosen {
		target, err := Target(o.Registry, c.Reference, o.Insecure)
		if err != nil {
			return err
		}
		step := newStep("push/"+c.Name, target.String(), observe)
		if c.Archive.Made == StandIn && !o.StandIns {
			why := c.Reference + " is a stand-in for tests here; the cluster should get the official image"
			step.end(progress.Skipped, why, "--stand-ins")
			if len(o.Names) > 0 {
				faults = append(faults, fault.New(fault.Failed, why, "sparkwiz images push --stand-ins "+o.Registry+" "+c.Name))
			}
			continue
		}
		sent, digest, err := push(ctx, c, target, o, step)
		switch {
		case ctx.Err() != nil:
			step.end(progress.Failed, "interrupted", "")
			return fault.New(fault.Interrupted, "pushing was interrupted; what has arrived stays", "")
		case err != nil:
			err = refused(err, target)
			step.end(progress.Failed, err.Error(), strings.Join(fault.Hints(err), "\n"))
			faults = append(faults, err)
			continue
		case sent:
			step.end(progress.Done, "", "")
		default:
			step.end(progress.Same, "", "")
		}
		if o.Pushed != nil {
			o.Pushed(c.Reference, digest)
		}
	}
	return errors.Join(faults...)
}

// Target is the name of an image in another registry: the registry is replaced, repository and tag stay, as the charts
// do it.
func Target(registry, reference string, insecure bool) (name.Tag, error) {
	from, err := name.NewTag(reference, name.StrictValidation)
	if err != nil {
		return name.Tag{}, err
	}
	var options []name.Option
	if insecure {
		options = append(options, name.Insecure)
	}
	registry = strings.TrimSuffix(registry, "/")
	to, err := name.NewTag(registry+"/"+from.RepositoryStr()+":"+from.TagStr(), options...)
	// The library takes a first part without a dot or a port for a user of Docker Hub; the charts take it for a host.
	if host, _, _ := strings.Cut(registry, "/"); err != nil || to.RegistryStr() != host || strings.Contains(registry, "://") {
		return name.Tag{}, fault.New(fault.Usage, fmt.Sprintf("%q is no registry; it starts with a host that has a dot or a port, without a scheme", registry), "sparkwiz images push registry.example.com/mirror")
	}
	return to, nil
}

// push sends one image, and reports whether anything had to be sent, and the
// digest of what is there then.
func push(ctx context.Context, c Chosen, target name.Tag, o PushOptions, step *step) (sent bool, digest string, err error) {
	common := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(o.Keychain), remote.WithUserAgent("sparkwiz")}
	if o.Insecure {
		common = append(common, remote.WithTransport(unchecked()))
	}
	if id, digest, err := remoteID(target, common); err != nil || id == c.Archive.ID {
		return false, digest, err
	}
	image, err := c.Archive.Open()
	if err != nil {
		return false, "", err
	}
	updates := make(chan v1.Update, 16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for u := range updates {
			// The total grows with every layer that is compressed, so it would promise nothing.
			step.say(fmt.Sprintf("%d MB sent", u.Complete/1e6))
		}
	}()
	step.say("compressing the layers")
	err = remote.Write(target, image, append(common, remote.WithProgress(updates))...)
	<-done // Write has closed the channel.
	if err != nil {
		return false, "", err
	}
	manifest, err := image.Digest()
	return true, manifest.String(), err
}

// remoteID is the ID of the image that the registry has under a name, and the digest of its manifest; both are empty when
// there is none. To compare, the digest would not do: it depends on how the layers were compressed.
func remoteID(target name.Tag, options []remote.Option) (id, digest string, err error) {
	image, err := remote.Image(target, options...)
	if failure, ok := errors.AsType[*transport.Error](err); ok && failure.StatusCode == http.StatusNotFound {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	config, err := image.ConfigName()
	if err != nil {
		return "", "", err
	}
	manifest, err := image.Digest()
	return config.String(), manifest.String(), err
}

// refused puts a registry's answer into words.
func refused(err error, target name.Tag) error {
	what := fmt.Sprintf("%s cannot be pushed", target)
	if failure, ok := errors.AsType[*transport.Error](err); ok && (failure.StatusCode == http.StatusUnauthorized || failure.StatusCode == http.StatusForbidden) {
		return fault.Wrap(err, fault.Denied, what, "docker login "+target.RegistryStr())
	}
	if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") || strings.Contains(err.Error(), "certificate") {
		return fault.Wrap(err, fault.Failed, what, "if this network is yours alone: --insecure")
	}
	return fault.Wrap(err, fault.Failed, what, "")
}

// step tells an observer about one image.
type step struct {
	event   progress.Event
	started time.Time
	told    time.Time
	observe progress.Observer
}

func newStep(name, title string, observe progress.Observer) *step {
	return &step{event: progress.Event{Step: name, Title: title}, started: time.Now(), observe: observe}
}

// talk is how long a step is silent between two reports: each is a line in a log.
const talk = 5 * time.Second

// say reports what is being done.
func (s *step) say(what string) {
	if time.Since(s.told) < talk {
		return
	}
	s.told = time.Now()
	s.event.Time, s.event.State, s.event.Reason = s.told, progress.Running, what
	s.observe(s.event)
}

func (s *step) end(state progress.State, reason, hint string) {
	s.event.Time, s.event.State, s.event.Reason, s.event.Hint = time.Now(), state, reason, hint
	s.event.Took = time.Since(s.started)
	s.observe(s.event)
}

// unchecked believes every certificate.
func unchecked() http.RoundTripper {
	t, ok := remote.DefaultTransport.(*http.Transport)
	if !ok {
		return remote.DefaultTransport
	}
	t = t.Clone()
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // asked for with --insecure
	return t
}
