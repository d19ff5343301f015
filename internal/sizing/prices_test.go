package sizing_test

import (
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// TestEmbedded: every row says where and when it is from; each cloud has what
// people choose between; a spot machine is never dearer.
func TestEmbedded(t *testing.T) {
	table, err := sizing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, p := range table.Rows {
		if p.Source == "" || p.AsOf == "" || p.Region == "" || p.Arch == "" {
			t.Errorf("%s: want source, asOf, region and arch", p.Instance)
		}
		if p.OnDemand/p.VCPU < 0.02 || (p.GPUs == 0 && p.OnDemand/p.VCPU > 0.1) {
			t.Errorf("%s: %.4f for a core", p.Instance, p.OnDemand/p.VCPU)
		}
		has[p.Cloud+" "+p.Kind] = true
	}
	for _, want := range []string{
		"aws general", "aws memory", "aws compute", "aws nvme", "aws gpu", "gcp general", "gcp memory", "gcp compute",
		"azure general", "azure memory", "azure compute", "azure nvme", "azure gpu",
	} {
		if !has[want] {
			t.Errorf("no %s", want)
		}
	}
	for _, d := range table.Discounts {
		if d.Source == "" || d.AsOf == "" {
			t.Errorf("discount of %s: want source and asOf", d.Cloud)
		}
	}
}

const openCost = `EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version
2026-04-17 23:34:22 UTC,,us-east-2,node,metadata.labels.foo,m6i.xlarge,0.1337,
2026-04-17 23:34:22 UTC,,us-east-2,pv,metadata.labels.foo,gp3,0.0001,
`

const skyPilot = `InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice
m6id.16xlarge,64.0,256.0,,,,us-east-1,use1-atl2,3.7968,4.7459
m6id.2xlarge,8.0,32.0,,,,us-east-1,us-east-1a,0.4746,0.1684
m6id.2xlarge,8.0,32.0,,,,us-east-1,us-east-1b,0.4746,0.2204
m6id.2xlarge,8.0,32.0,,,,us-east-1,us-east-1c,0.4746,0.2723
broken,8.0,32.0,,,,us-east-1,us-east-1c,,
`

func TestPriceFiles(t *testing.T) {
	known, err := sizing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("OpenCost", func(t *testing.T) {
		table, err := sizing.ReadPrices([]byte(openCost), "mine.csv", known)
		if err != nil || len(table.Rows) != 1 {
			t.Fatal(table, err)
		}
		p := table.Rows[0]
		if p.OnDemand != 0.1337 || p.VCPU != 4 || p.Region != "us-east-2" || p.AsOf != "2026-04-17" || p.Source != "mine.csv" || p.Spot != 0 {
			t.Errorf("%+v", p)
		}
		if len(table.Notes) != 1 || !strings.Contains(table.Notes[0], "1 lines of mine.csv are not about nodes") {
			t.Errorf("%q", table.Notes)
		}
	})
	t.Run("SkyPilot", func(t *testing.T) {
		table, err := sizing.ReadPrices([]byte(skyPilot), "vms.csv", known)
		if err != nil || len(table.Rows) != 2 {
			t.Fatal(table, err)
		}
		if p := table.Rows[0]; p.Spot != 0 {
			t.Errorf("a spot price above on demand was taken: %+v", p)
		}
		if p := table.Rows[1]; p.Spot != 0.2204 || p.Kind != "general" || p.VCPU != 8 {
			t.Errorf("want the middle of the zones: %+v", p)
		}
	})
	t.Run("YAML", func(t *testing.T) {
		table, err := sizing.ReadPrices([]byte("rows: [{instance: metal, region: cellar, vcpu: 32, memoryGiB: 256, onDemand: 0.5, source: us}]"), "", known)
		if err != nil || table.Currency != "USD" || table.Rows[0].Instance != "metal" {
			t.Error(table, err)
		}
	})
	for name, tt := range map[string]struct{ data, want string }{
		"unknown size":     {strings.ReplaceAll(openCost, "m6i.xlarge", "q1.huge"), `line 2: the size of "q1.huge" is not known`},
		"no price":         {strings.ReplaceAll(openCost, "0.1337", "free"), "want onDemand"},
		"spot above":       {"rows: [{instance: a, region: r, vcpu: 1, memoryGiB: 1, onDemand: 1, spot: 2, source: us}]", "spot 2 is more than on demand 1"},
		"unknown key":      {"rows: [{instance: a, price: 1}]", "price"},
		"another currency": {"currency: EUR\nrows: [{instance: a, region: r, vcpu: 1, memoryGiB: 1, onDemand: 1, source: us}]", "EUR"},
		"nothing":          {"", "no rows"},
		"not a number":     {"rows: [{instance: a, region: r, vcpu: .nan, memoryGiB: 1, onDemand: 1, source: us}]", ""},
		"a bad date":       {"rows: [{instance: a, region: r, vcpu: 1, memoryGiB: 1, onDemand: 1, asOf: yesterday, source: us}]", "yesterday"},
		"a binary":         {"\x00\x01\x02,\xff", ""},
		"half a quote":     {"InstanceType,vCPUs,MemoryGiB,Price,SpotPrice,Region\n\"a,1,1", "not CSV"},
	} {
		if _, err := sizing.ReadPrices([]byte(tt.data), name, known); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOverrides: the more specific always wins.
func TestOverrides(t *testing.T) {
	base := advise(t, sample())
	tests := map[string]struct {
		change      func(*sizing.Options)
		hour, spot  float64
		sameMachine bool
	}{
		"a price":           {func(o *sizing.Options) { o.OnDemand = 0.1 }, 0.1, 0.046, true},
		"two prices":        {func(o *sizing.Options) { o.OnDemand, o.Spot = 0.1, 0.02 }, 0.1, 0.02, true},
		"a spot price":      {func(o *sizing.Options) { o.Spot, o.SpotDiscount = 0.05, 0.9 }, 0.192, 0.05, true},
		"a discount":        {func(o *sizing.Options) { o.SpotDiscount = 0.75 }, 0.192, 0.048, true},
		"another machine":   {func(o *sizing.Options) { o.Instance = "r6i.xlarge" }, 0.252, 0.252 * 0.46, false},
		"another cloud":     {func(o *sizing.Options) { o.Cloud = "gcp" }, 0.1942, 0.0635, false},
		"a third one's own": {func(o *sizing.Options) { o.Cloud, o.Instance = "azure", "standard_d4ps_v5" }, 0.154, 0.0169, false},
	}
	for name, tt := range tests {
		o := options(t)
		tt.change(&o)
		a, err := sizing.Advise(sample(), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !near(a.Cost.Hourly, tt.hour, 1e-6) || !near(a.Cost.Spotly, tt.spot, 1e-6) || (a.Cost.Instance == base.Cost.Instance) != tt.sameMachine {
			t.Errorf("%s: %+v", name, a.Cost)
		}
		if !near(a.Cost.OnDemand.Central, float64(a.Fit.Nodes)*tt.hour*a.Duration.Central/3600, 0.03) {
			t.Errorf("%s: %+v for %d nodes", name, a.Cost, a.Fit.Nodes)
		}
	}
	for _, o := range []sizing.Options{{Prices: options(t).Prices, Cloud: "moon"}, {Prices: options(t).Prices, Instance: "m9"}} {
		if _, err := sizing.Advise(sample(), o); err == nil || !strings.Contains(err.Error(), "there are") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestAllocatable: an AKS node with 2 cores and 7 GB reported 1900m and 4558
// MiB (chunliu.me); DaemonSets take 200m and 256 MiB of that here. The others
// are the formulas worked by hand.
func TestAllocatable(t *testing.T) {
	for _, tt := range []struct {
		price  sizing.Price
		cpu    int64
		lo, hi int64
	}{
		{sizing.Price{Cloud: "aws", VCPU: 4, MemoryGiB: 16}, 3720, 14600, 14800},
		{sizing.Price{Cloud: "gcp", VCPU: 4, MemoryGiB: 16}, 3720, 12800, 13100},
		{sizing.Price{Cloud: "azure", VCPU: 4, MemoryGiB: 16}, 3660, 12200, 12500},
		{sizing.Price{Cloud: "azure", VCPU: 2, MemoryGiB: 7}, 1700, 4250, 4350},
		{sizing.Price{Cloud: "aws", VCPU: 0.5, MemoryGiB: 0.5}, 270, 0, 0},
	} {
		n := tt.price.Allocatable()
		if n.CPUMilli != tt.cpu || n.MemoryMiB < tt.lo || n.MemoryMiB > tt.hi {
			t.Errorf("%+v: %+v", tt.price, n)
		}
	}
}

// TestTooLarge: an executor that fits on no such machine is said to.
func TestTooLarge(t *testing.T) {
	w := sample()
	w.ExecutorCores = 8
	a := advise(t, w)
	if a.Fit.PerNode != 0 || !strings.Contains(strings.Join(a.Warnings, "\n"), "no executor fits on a m6i.xlarge") || a.Cost.OnDemand.Central <= 0 {
		t.Errorf("%+v %q %+v", a.Fit, a.Warnings, a.Cost)
	}
}
