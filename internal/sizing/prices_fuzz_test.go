package sizing_test

import (
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// FuzzReadPrices: whatever a price file holds, there is a table that can be
// calculated with, or an error.
func FuzzReadPrices(f *testing.F) {
	known, err := sizing.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{openCost, skyPilot, "rows: [{instance: a, region: r, vcpu: 1, memoryGiB: 4, onDemand: 1, source: us}]", "", "InstanceType,MarketPriceHourly\n\"", "a: [b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := sizing.ReadPrices(data, "file", known)
		if err != nil {
			return
		}
		a, err := sizing.Advise(sample(), sizing.Options{Prices: table})
		if err != nil || !(a.Cost.OnDemand.Central > 0) || a.Cost.Spot.Central > a.Cost.OnDemand.Central*1.0001 {
			t.Errorf("%v %+v", err, a.Cost)
		}
	})
}
