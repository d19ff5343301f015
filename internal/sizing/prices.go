package sizing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/assets"
)

// Price is what one type of machine costs in one region.
type Price struct {
	Cloud     string  `json:"cloud"` // aws, gcp, azure; empty: a file that does not say
	Region    string  `json:"region"`
	Kind      string  `json:"kind"`           // general, memory, compute, nvme, gpu
	Arch      string  `json:"arch,omitempty"` // x86, arm
	Instance  string  `json:"instance"`
	VCPU      float64 `json:"vcpu"`
	MemoryGiB float64 `json:"memoryGiB"`
	GPUs      int     `json:"gpus,omitempty"`
	OnDemand  float64 `json:"onDemand"`       // dollars an hour for the machine
	Spot      float64 `json:"spot,omitempty"` // the same; 0: not known
	AsOf      string  `json:"asOf"`           // 2006-01-02; empty: the file does not say
	Source    string  `json:"source"`
}

// Discount is how far spot prices are below those on demand, as a share of
// them, where a row has no spot price of its own.
type Discount struct {
	Cloud   string  `json:"cloud"`
	Low     float64 `json:"low"`
	Central float64 `json:"central"`
	High    float64 `json:"high"`
	AsOf    string  `json:"asOf"`
	Source  string  `json:"source"`
}

// Table is a list of prices.
type Table struct {
	Currency  string     `json:"currency"`
	Rows      []Price    `json:"rows"`
	Discounts []Discount `json:"discounts,omitempty"`
	// Notes say what a reader of the file should know, e.g. rows left out.
	Notes []string `json:"-"`
}

// StaleDays is the age at which a table is warned about. Cloud list prices
// move a few times a year.
const StaleDays = 180

// Embedded is the table that the program carries.
func Embedded() (Table, error) { return ParsePrices(assets.Prices()) }

// kinds of machines.
var kinds = []string{"general", "memory", "compute", "nvme", "gpu"}

// ParsePrices reads a table of our own form and reports every fault in it.
func ParsePrices(data []byte) (Table, error) {
	var t Table
	if err := yaml.UnmarshalStrict(data, &t); err != nil {
		return Table{}, fmt.Errorf("the price table is not of the form of sparkwiz's own: %w", err)
	}
	return t.checked()
}

// checked refuses what no price can be, since a wrong price is worse than
// none.
func (t Table) checked() (Table, error) {
	var faults []error
	if t.Currency == "" {
		t.Currency = "USD"
	}
	if t.Currency != "USD" {
		faults = append(faults, fmt.Errorf("currency %q: only USD is understood", t.Currency))
	}
	for i, p := range t.Rows {
		where := fmt.Sprintf("row %d (%s)", i+1, p.Instance)
		switch {
		case p.Instance == "":
			faults = append(faults, fmt.Errorf("%s: want an instance", where))
		case !inside(p.VCPU, 0.1, 2048) || !inside(p.MemoryGiB, 0.1, 65536):
			faults = append(faults, fmt.Errorf("%s: want vcpu and memoryGiB", where))
		case !inside(p.OnDemand, 1e-6, 1e4):
			faults = append(faults, fmt.Errorf("%s: want onDemand in dollars an hour", where))
		case p.Spot < 0 || p.Spot > p.OnDemand:
			faults = append(faults, fmt.Errorf("%s: spot %g is more than on demand %g", where, p.Spot, p.OnDemand))
		case p.Kind != "" && !slices.Contains(kinds, p.Kind):
			faults = append(faults, fmt.Errorf("%s: kind %q is not one of %s", where, p.Kind, strings.Join(kinds, ", ")))
		case p.Region == "" || p.Source == "":
			faults = append(faults, fmt.Errorf("%s: want a region and a source", where))
		}
		if _, err := Days("2000-01-01", p.AsOf); err != nil && p.AsOf != "" {
			faults = append(faults, fmt.Errorf("%s: asOf: %w", where, err))
		}
	}
	for _, d := range t.Discounts {
		if d.Low < 0 || d.Low > d.Central || d.Central > d.High || d.High >= 1 {
			faults = append(faults, fmt.Errorf("discount of %s: want low, central and high as rising shares below 1", d.Cloud))
		}
	}
	if len(t.Rows) == 0 && len(faults) == 0 {
		faults = append(faults, errors.New("the price table has no rows"))
	}
	return t, errors.Join(faults...)
}

// inside is false for NaN too.
func inside(n, low, high float64) bool { return n >= low && n <= high }

// Clouds are the clouds in the table, in its order.
func (t Table) Clouds() []string {
	var names []string
	for _, p := range t.Rows {
		if !slices.Contains(names, p.Cloud) {
			names = append(names, p.Cloud)
		}
	}
	return names
}

// Pick finds the machine to calculate with: the one that is named, or else the
// first general one of the cloud, or else the first of the cloud.
func (t Table) Pick(cloud, instance string) (Price, error) {
	var of []Price
	for _, p := range t.Rows {
		if cloud == "" || p.Cloud == cloud || p.Cloud == "" {
			of = append(of, p)
		}
	}
	if len(of) == 0 {
		return Price{}, fmt.Errorf("cloud: %q has no prices; there are some of %s", cloud, strings.Join(t.Clouds(), ", "))
	}
	if instance == "" {
		if i := slices.IndexFunc(of, func(p Price) bool { return p.Kind == "general" }); i > 0 {
			return of[i], nil
		}
		return of[0], nil
	}
	var names []string
	for _, p := range of {
		if strings.EqualFold(p.Instance, instance) {
			return p, nil
		}
		if len(names) < 40 {
			names = append(names, p.Instance)
		}
	}
	return Price{}, fmt.Errorf("instance: %q has no price; there are %s", instance, strings.Join(names, ", "))
}

// discount is how much less a spot machine costs, and why we think so.
func (t Table) discount(p Price) (Discount, bool) {
	i := slices.IndexFunc(t.Discounts, func(d Discount) bool { return d.Cloud == p.Cloud })
	if i < 0 {
		return Discount{}, false
	}
	return t.Discounts[i], true
}
