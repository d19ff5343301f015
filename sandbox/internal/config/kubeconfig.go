package config

import (
	"os"

	"k8s.io/client-go/tools/clientcmd"
	api "k8s.io/client-go/tools/clientcmd/api"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Kubeconfig writes to path a kubeconfig with one context, for the user whose
// certificate is called cert. Keys are embedded: the file works when copied.
func (c Config) Kubeconfig(path, context, cert string) error {
	read := func(name string) []byte {
		data, _ := os.ReadFile(c.Dir.Path("pki", name)) // A missing one fails below, at the first request.
		return data
	}
	k := api.NewConfig()
	k.Clusters[context] = &api.Cluster{Server: c.Server(), CertificateAuthorityData: read("ca.crt")}
	k.AuthInfos[context] = &api.AuthInfo{ClientCertificateData: read(cert + ".crt"), ClientKeyData: read(cert + ".key")}
	k.Contexts[context] = &api.Context{Cluster: context, AuthInfo: context}
	k.CurrentContext = context
	data, err := clientcmd.Write(*k)
	if err != nil {
		return err
	}
	_, err = state.WriteFile(path, data, 0o600)
	return err
}
