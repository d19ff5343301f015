package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/seal"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func (a *app) secretsSealCommand() *cobra.Command {
	var certificate string
	var renew bool
	cmd := &cobra.Command{
		Use:   "seal [SECRET/KEY…]",
		Short: "Encrypt values for the Sealed Secrets controller, into a file for git",
		Long: "Encrypts what is not sealed yet, for the certificate of the controller in the cluster, and keeps it in the file that secrets.file " +
			"names. It asks for values that only you know, without showing what is typed, and makes the others. With --renew it makes new ones also " +
			"where there are some; named ones only, if you name any.",
		Example: "  sparkwiz secrets seal\n  sparkwiz secrets seal --certificate sealing.pem   # without a cluster; from kubeseal --fetch-cert\n" +
			"  sparkwiz secrets seal --renew spark-connect/token",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, _, err := a.planOffline(cmd.Context(), true)
			if err != nil {
				return err
			}
			refs, err := toSeal(p, args, renew)
			if err != nil {
				return err
			}
			if len(refs) == 0 {
				fmt.Fprintf(a.console.Err, "Every value is sealed in %s already; --renew makes new ones.\n", a.sealedPath(p.Spec))
				return nil
			}
			path, err := a.seal(cmd.Context(), p, refs, certificate)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.console.Err, "%d values are sealed in %s. Next:\n  %s apply\n", len(refs), path, self())
			return nil
		},
	}
	cmd.Flags().StringVar(&certificate, "certificate", "", "file with the controller's certificate, instead of asking the cluster")
	cmd.Flags().BoolVar(&renew, "renew", false, "make new values also for what is sealed already")
	return cmd
}

// toSeal picks the references to make values for.
func toSeal(p plan.Plan, names []string, renew bool) ([]secret.Ref, error) {
	if p.Spec.Secrets.Provider != spec.SealedSecrets {
		return nil, fault.New(fault.Usage, "the answers take secrets from "+p.Spec.Secrets.Provider+", so there is nothing to seal", "--set secrets.provider="+spec.SealedSecrets)
	}
	for _, name := range names {
		if _, err := refNamed(p, name); err != nil {
			return nil, err
		}
	}
	open := secret.Unsealed(p.Spec, p.Secrets)
	var refs []secret.Ref
	for _, r := range p.Secrets {
		named := len(names) == 0 || slices.Contains(names, r.Secret+"/"+r.Key)
		if r.From == spec.SealedSecrets && named && (renew || slices.Contains(open, r)) {
			refs = append(refs, r)
		}
	}
	return refs, nil
}

// refNamed finds a secret of the plan by SECRET/KEY.
func refNamed(p plan.Plan, name string) (secret.Ref, error) {
	i := slices.IndexFunc(p.Secrets, func(r secret.Ref) bool { return r.Secret+"/"+r.Key == name })
	if i < 0 {
		return secret.Ref{}, fault.New(fault.Usage, fmt.Sprintf("this platform has no secret %s", name), "sparkwiz secrets   # lists them")
	}
	return p.Secrets[i], nil
}

// seal encrypts new values beside those that are in the file.
func (a *app) seal(ctx context.Context, p plan.Plan, refs []secret.Ref, file string) (string, error) {
	cert, err := a.sealingCertificate(ctx, p, file)
	if err != nil {
		return "", err
	}
	all, err := secret.ParseSealed(p.Spec.Secrets.Sealed)
	if err != nil {
		return "", fault.Wrap(err, fault.Failed, a.sealedPath(p.Spec)+" cannot be used", "mv "+a.sealedPath(p.Spec)+" "+a.sealedPath(p.Spec)+".old")
	}
	for _, r := range refs {
		i := sealedObject(&all, p, r)
		value, err := a.valueOf(r)
		if err != nil {
			return "", err
		}
		at, data := all[i], all[i].Spec.EncryptedData
		if data[r.Key], err = cert.Seal(value, p.Namespace, r.Secret, at.Scope()); err != nil {
			return "", err
		}
		if r.User != "" {
			if data[secret.UserKey], err = cert.Seal([]byte(r.User), p.Namespace, r.Secret, at.Scope()); err != nil {
				return "", err
			}
		}
	}
	return a.writeSealed(p.Spec, all)
}

// sealedObject finds the object of a Secret, or begins one. What was sealed
// for another namespace or scope cannot be added to; it begins anew, if it has
// nothing else that is wanted.
func sealedObject(all *[]secret.Sealed, p plan.Plan, r secret.Ref) int {
	fresh := secret.NewSealed(p.Namespace, r.Secret, p.Spec.Secrets.Scope, r.User != "")
	i := slices.IndexFunc(*all, func(o secret.Sealed) bool { return o.Metadata.Name == r.Secret })
	if i < 0 {
		*all = append(*all, fresh)
		return len(*all) - 1
	}
	if at := (*all)[i]; at.Metadata.Namespace != p.Namespace && at.Scope() != seal.ClusterWide {
		(*all)[i] = fresh
	}
	if (*all)[i].Spec.EncryptedData == nil {
		(*all)[i].Spec.EncryptedData = map[string]string{}
	}
	return i
}

// sealingCertificate is the one in the file, or the controller's, and is not
// over.
func (a *app) sealingCertificate(ctx context.Context, p plan.Plan, file string) (seal.Certificate, error) {
	var data []byte
	if file != "" {
		var err error
		if data, err = os.ReadFile(file); err != nil {
			return seal.Certificate{}, fault.Wrap(err, fault.Usage, "the certificate cannot be read", "kubeseal --fetch-cert > sealing.pem")
		}
	} else {
		cluster, err := a.cluster(p.Context)
		if err != nil {
			return seal.Certificate{}, err
		}
		if data, err = deploy.SealingCertificate(ctx, cluster); err != nil {
			return seal.Certificate{}, fault.Wrap(cluster.Trouble(err), fault.Failed, "the Sealed Secrets controller does not hand out its certificate",
				"kubeseal --fetch-cert > sealing.pem && sparkwiz secrets seal --certificate sealing.pem")
		}
	}
	cert, err := seal.Parse(data)
	if err != nil {
		return cert, err
	}
	return cert, cert.Expired(time.Now())
}
