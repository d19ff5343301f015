package sizing

import (
	"cmp"
	"slices"
)

// pricing is the machine to calculate with, and its prices.
type pricing struct {
	price    Price
	spot     Range[float64] // dollars an hour on a good, a likely and a bad day
	discount string         // how the spot price came about, in words
}

// pricing picks the machine and applies what the user knows better, the most
// specific first: a price, a discount, the row's own spot price, the usual
// discount of the cloud.
func (o Options) pricing() (pricing, error) {
	p, err := o.Prices.Pick(o.Cloud, o.Instance)
	if err != nil {
		return pricing{}, err
	}
	return o.priced(p, true), nil
}

func (o Options) priced(p Price, chosen bool) pricing {
	same := func(n float64) Range[float64] { return Range[float64]{n, n, n} }
	if chosen && o.OnDemand > 0 {
		p.OnDemand, p.Source = o.OnDemand, "--price-on-demand"
		p.AsOf, p.Spot = "", 0
	}
	switch d, known := o.Prices.discount(p); {
	case chosen && o.Spot > 0:
		return pricing{p, same(o.Spot), "the spot price is yours"}
	case o.SpotDiscount > 0:
		return pricing{p, same(p.OnDemand * (1 - o.SpotDiscount)), "spot: " + percent(o.SpotDiscount) + " below on demand, as you said"}
	case p.Spot > 0:
		return pricing{p, same(p.Spot), "the spot price is one observation; it differs between zones and changes within a day"}
	case known:
		return pricing{
			p,
			Range[float64]{p.OnDemand * (1 - d.High), p.OnDemand * (1 - d.Central), p.OnDemand * (1 - d.Low)},
			"spot: " + percent(d.Low) + " to " + percent(d.High) + " below on demand, as seen for other machines of this cloud",
		}
	default:
		return pricing{p, same(p.OnDemand), "no spot price is known: spot is shown as on demand; --spot-discount or --price-spot says it"}
	}
}

// dollars are the costs of one run: whole nodes, whole nodes on spot, and the
// share of the nodes that executors ask for.
func (p pricing) dollars(f Fit, executors, cores int, seconds, spot float64) (onDemand, onSpot, share float64) {
	hours := seconds / 3600
	perCore := p.price.OnDemand / p.price.VCPU
	driver := perCore * hours
	share = float64(executors*cores)*perCore*hours + driver
	if f.PerNode == 0 {
		// No such machine is large enough; one of its family that is costs
		// the same for a core.
		return share, float64(executors*cores)*spot/p.price.VCPU*hours + driver, share
	}
	return float64(f.Nodes)*p.price.OnDemand*hours + driver, float64(f.Nodes)*spot*hours + driver, share
}

// alternatives are the other machines of the cloud for the same executors,
// cheapest first. Machines with GPUs are for something else.
func (o Options) alternatives(chosen Price, r Recommendation, seconds float64) []Alternative {
	var all []Alternative
	for _, p := range o.Prices.Rows {
		if p.Cloud != chosen.Cloud || p.Region != chosen.Region || p.Instance == chosen.Instance || p.GPUs > 0 {
			continue
		}
		f := fit(p, r.Executors.Central, r.ExecutorCores, r.PodMemoryMiB)
		if f.PerNode == 0 {
			continue
		}
		q := o.priced(p, false)
		a := Alternative{Instance: p.Instance, Kind: p.Kind, Arch: p.Arch, Fit: f}
		a.OnDemand, a.Spot, _ = q.dollars(f, r.Executors.Central, r.ExecutorCores, seconds, q.spot.Central)
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b Alternative) int { return cmp.Compare(a.OnDemand, b.OnDemand) })
	return all[:min(len(all), 5)]
}
