package question

import (
	"errors"
	"regexp"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// filledFrom reports whether the provider is one of these.
func filledFrom(providers ...string) func(spec.Spec) bool {
	return func(s spec.Spec) bool { return slices.Contains(providers, s.Secrets.Provider) }
}

// makesStore reports whether a store of External Secrets is made for one of
// these providers.
func makesStore(providers ...string) func(spec.Spec) bool {
	return func(s spec.Spec) bool { return s.Secrets.Store == "" && filledFrom(providers...)(s) }
}

func external(s spec.Spec) bool { return s.Secrets.External() }

func providerRow() Question {
	return Question{
		Key: "secrets.provider", Page: "secrets", Title: "Secret provider", Required: true,
		Help: "Charts only ever read Kubernetes Secrets by name. The provider decides who fills them. 'Generated' makes random " +
			"passwords in the cluster when they are missing and never changes or shows them.",
		Field:   func(s *spec.Spec) any { return &s.Secrets.Provider },
		Options: providers,
		Check: func(s spec.Spec) error {
			if s.Secrets.Provider == spec.Generated && s.Environment == spec.Prod {
				return fault.New(fault.Usage, "generated passwords are lost together with the cluster; prod needs a provider that outlives it",
					"--set secrets.provider="+spec.SealedSecrets)
			}
			return nil
		},
	}
}

// providers lists every provider; what the cluster serves is shown beside
// each.
func providers(f facts.Facts) []Option {
	served := func(value, label, api, operator string) Option {
		o := Option{Value: value, Label: label}
		switch {
		case !f.Known:
		case f.Serves(api):
			o.Note = operator + " is served here"
		default:
			o.Note = operator + " is not installed here"
		}
		return o
	}
	eso := func(value, label string) Option {
		o := served(value, "External Secrets · "+label, "external-secrets.io/v1", "External Secrets")
		if f.Known && f.Serves("external-secrets.io/v1") {
			o.Note = "External Secrets v1 is served here"
		}
		return o
	}
	return []Option{
		{Value: spec.Generated, Label: "Generated", Note: "random, kept in the cluster; dev and staging"},
		eso(spec.AWS, "AWS"),
		eso(spec.AzureVault, "Azure"),
		eso(spec.GoogleSecrets, "Google"),
		eso(spec.IBM, "IBM"),
		eso(spec.Vault, "Vault"),
		{Value: spec.VaultAgent, Label: "Vault Agent", Note: "needs no operator but the injector"},
		served(spec.SealedSecrets, "Sealed Secrets", "bitnami.com/v1alpha1", "Sealed Secrets"),
	}
}

func secretRows() []Question {
	agent := filledFrom(spec.VaultAgent)
	anyVault := func(s spec.Spec) bool { return makesStore(spec.Vault)(s) || agent(s) }
	clouds := makesStore(spec.AWS, spec.AzureVault, spec.GoogleSecrets, spec.IBM, spec.Vault)
	return []Question{providerRow(), {
		Key: "secrets.install", Page: "secrets", Title: "Install its operator",
		When: func(s spec.Spec) bool { return s.Secrets.Provider != spec.Generated },
		Help: "External Secrets, the Sealed Secrets controller or Vault's agent injector, in a namespace of its own. The first two are " +
			"left alone where the cluster has them; say no if it has the injector.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Install },
	}, {
		Key: "secrets.store", Page: "secrets", Title: "Existing store", When: external,
		Help:  "Name of a SecretStore or ClusterSecretStore that somebody looks after. Empty makes one from the next answers.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Store },
		Check: func(s spec.Spec) error { return emptyOr(s.Secrets.Store, objectName) },
	}, {
		Key: "secrets.storeKind", Page: "secrets", Title: "Its kind",
		When:  func(s spec.Spec) bool { return external(s) && s.Secrets.Store != "" },
		Help:  "A SecretStore is in the platform's namespace, a ClusterSecretStore serves all.",
		Field: func(s *spec.Spec) any { return &s.Secrets.StoreKind },
		Options: func(facts.Facts) []Option {
			return []Option{{Value: "SecretStore", Label: "SecretStore"}, {Value: "ClusterSecretStore", Label: "ClusterSecretStore"}}
		},
	}, {
		Key: "secrets.path", Page: "secrets", Title: "Path",
		When: func(s spec.Spec) bool { return external(s) || agent(s) },
		Help: "What the names in the store begin with; the environment and the Secret's name follow, as in spark/prod/airflow. " +
			"Stores whose names have no slashes get dashes.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Path },
		Check: matches(func(s spec.Spec) string { return s.Secrets.Path }, storePath, "want lower-case letters, digits and dashes, in parts divided by slashes"),
	}, {
		Key: "secrets.address", Page: "secrets", Title: "Address",
		When:  func(s spec.Spec) bool { return makesStore(spec.AzureVault, spec.IBM)(s) || anyVault(s) },
		Help:  "URL of the Key Vault, of the Secrets Manager instance or of the Vault server, e.g. https://vault.example.com:8200.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Address },
		Check: address,
	}, {
		Key: "secrets.region", Page: "secrets", Title: "Region", When: makesStore(spec.AWS),
		Help:  "The region whose Secrets Manager is asked.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Region },
		Check: matches(func(s spec.Spec) string { return s.Secrets.Region }, region, "want a region such as us-east-1"),
	}, {
		Key: "secrets.project", Page: "secrets", Title: "Project or group",
		When:  func(s spec.Spec) bool { return makesStore(spec.GoogleSecrets)(s) || filledFrom(spec.IBM)(s) },
		Help:  "Google Cloud: the project of Secret Manager. IBM: the secret group that the secrets are in.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Project },
		Check: matches(func(s spec.Spec) string { return s.Secrets.Project }, project, "want a name such as example-project"),
	}, {
		Key: "secrets.tenant", Page: "secrets", Title: "Tenant", When: makesStore(spec.AzureVault),
		Help:  "ID of the Entra tenant that the Key Vault belongs to.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Tenant },
		Check: matches(func(s spec.Spec) string { return s.Secrets.Tenant }, uuid, "want an ID such as 5a02a20e-0000-0000-0000-0ad5b634c5d8"),
	}, {
		Key: "secrets.auth", Page: "secrets", Title: "How it shows who it is", When: clouds,
		Help: "With an identity the cluster vouches for a ServiceAccount and nothing is stored. Static keys are in a Secret that you " +
			"make; they work everywhere and must be renewed by somebody.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Auth },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.Identity, Label: "Identity", Note: "workload identity; nothing is stored"},
				{Value: spec.Static, Label: "Static keys", Note: "in a Secret that you make"},
			}
		},
	}, {
		Key: "secrets.identity", Page: "secrets", Title: "Identity",
		When: func(s spec.Spec) bool { return clouds(s) && s.Secrets.Auth == spec.Identity || agent(s) },
		Help: "Whom the cluster vouches for. AWS: the ARN of a role. Azure: the client ID of a managed identity. Google Cloud: a service " +
			"account's address. IBM: a trusted profile. Vault: a role of its Kubernetes login.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Identity },
		Check: identity,
	}, {
		Key: "secrets.secret", Page: "secrets", Title: "Secret with the keys",
		When: func(s spec.Spec) bool { return clouds(s) && s.Secrets.Auth == spec.Static },
		Help: "A Secret in the platform's namespace that opens the store. AWS: access-key-id and secret-access-key. Azure: client-id and " +
			"client-secret. Google Cloud: key.json. IBM: api-key. Vault: token.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Secret },
		Check: func(s spec.Spec) error { return objectName(s.Secrets.Secret) },
	}, {
		Key: "secrets.mount", Page: "secrets", Title: "Key-value engine", When: anyVault,
		Help:  "Where version 2 of Vault's key-value engine is mounted.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Mount },
		Check: matches(func(s spec.Spec) string { return s.Secrets.Mount }, mount, "want a path such as secret"),
	}, {
		Key: "secrets.authPath", Page: "secrets", Title: "Login",
		When: func(s spec.Spec) bool {
			return makesStore(spec.Vault)(s) && s.Secrets.Auth == spec.Identity || agent(s)
		},
		Help:  "Where Vault's login by Kubernetes is mounted.",
		Field: func(s *spec.Spec) any { return &s.Secrets.AuthPath },
		Check: matches(func(s spec.Spec) string { return s.Secrets.AuthPath }, mount, "want a path such as kubernetes"),
	}, {
		Key: "secrets.ca", Page: "secrets", Title: "Vault's authority", When: anyVault,
		Help:  "A Secret whose ca.crt is the certificate of the authority that signed Vault's. Empty trusts those that programs trust.",
		Field: func(s *spec.Spec) any { return &s.Secrets.CA },
		Check: func(s spec.Spec) error { return emptyOr(s.Secrets.CA, objectName) },
	}, {
		Key: "secrets.refresh", Page: "secrets", Title: "Asked every", When: external,
		Help:  "How often External Secrets asks the store, e.g. 1h or 15m. Stores may charge for each question.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Refresh },
		Check: matches(func(s spec.Spec) string { return s.Secrets.Refresh }, duration, "want a time such as 1h or 15m, a minute at least"),
	}, {
		Key: "secrets.file", Page: "secrets", Title: "File", When: filledFrom(spec.SealedSecrets),
		Help: "Where `sparkwiz secrets seal` keeps the sealed values: a path from the answers file's directory. It may be kept in git; " +
			"only the cluster's controller can open it.",
		Field: func(s *spec.Spec) any { return &s.Secrets.File },
		Check: matches(func(s spec.Spec) string { return s.Secrets.File }, filePath, "want the path of a file such as sealed-secrets.yaml"),
	}, {
		Key: "secrets.scope", Page: "secrets", Title: "Scope", When: filledFrom(spec.SealedSecrets),
		Help:  "Where a sealed value can be opened: under its own name only, in its namespace, or anywhere in the cluster.",
		Field: func(s *spec.Spec) any { return &s.Secrets.Scope },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: "strict", Label: "Strict", Note: "its name and namespace"},
				{Value: "namespace-wide", Label: "Namespace", Note: "any name in its namespace"},
				{Value: "cluster-wide", Label: "Cluster", Note: "anywhere"},
			}
		},
	}}
}

// What the chart secrets accepts, and no more.
var (
	storePath = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(/[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	project   = regexp.MustCompile(`^[a-z][a-z0-9-]{3,61}[a-z0-9]$`)
	uuid      = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	mount     = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$`)
	duration  = regexp.MustCompile(`^([1-9]\d{0,3}h([1-9]\d?m)?|[1-9]\d{0,3}m)$`)
	filePath  = regexp.MustCompile(`^[A-Za-z0-9._/-]*[A-Za-z0-9._-]$`)
	https     = regexp.MustCompile(`^https://[a-zA-Z0-9.-]+(:\d{1,5})?$`)
	httpURL   = regexp.MustCompile(`^https?://[a-zA-Z0-9.-]+(:\d{1,5})?$`)
)

// identities are what each provider calls whom the cluster vouches for.
var identities = map[string]struct {
	form *regexp.Regexp
	want string
}{
	spec.AWS:           {regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$`), "want the ARN of a role such as arn:aws:iam::111122223333:role/spark-secrets"},
	spec.AzureVault:    {uuid, "want the client ID of a managed identity"},
	spec.GoogleSecrets: {regexp.MustCompile(`^[a-z0-9-]+@[a-z0-9.-]+\.iam\.gserviceaccount\.com$`), "want a service account such as spark@example-project.iam.gserviceaccount.com"},
	spec.IBM:           {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]*$`), "want the name of a trusted profile"},
	spec.Vault:         {regexp.MustCompile(`^[A-Za-z0-9._-]+$`), "want the name of a role in Vault"},
	spec.VaultAgent:    {regexp.MustCompile(`^[A-Za-z0-9._-]+$`), "want the name of a role in Vault"},
}

func identity(s spec.Spec) error {
	if i := identities[s.Secrets.Provider]; i.form != nil && !i.form.MatchString(s.Secrets.Identity) {
		return errors.New(i.want)
	}
	return nil
}

// address judges a URL. Only a Vault may be spoken to without TLS, and only
// where nobody relies on it.
func address(s spec.Spec) error {
	if filledFrom(spec.Vault, spec.VaultAgent)(s) && s.Environment == spec.Dev {
		if !httpURL.MatchString(s.Secrets.Address) {
			return errors.New("want a URL such as https://vault.example.com:8200, without a path")
		}
		return nil
	}
	if !https.MatchString(s.Secrets.Address) {
		return errors.New("want an https URL such as https://vault.example.com:8200, without a path")
	}
	return nil
}

func matches(of func(spec.Spec) string, form *regexp.Regexp, want string) func(spec.Spec) error {
	return func(s spec.Spec) error {
		if !form.MatchString(of(s)) {
			return errors.New(want)
		}
		return nil
	}
}

func emptyOr(text string, judge func(string) error) error {
	if text == "" {
		return nil
	}
	return judge(text)
}
