package sizing

// Hourly is what a core costs for an hour, for answers that count core-hours.
type Hourly struct {
	PerCore     float64 // dollars, memory included
	PerCoreSpot float64
	Cost        Cost // where the price comes from; no amounts
}

// Hourly prices a core of the machine that the options name.
func (o Options) Hourly() (Hourly, error) {
	p, err := o.pricing()
	if err != nil {
		return Hourly{}, err
	}
	return Hourly{
		PerCore: p.price.OnDemand / p.price.VCPU, PerCoreSpot: p.spot.Central / p.price.VCPU,
		Cost: Cost{
			Currency: o.Prices.Currency, AsOf: p.price.AsOf, Source: p.price.Source, Region: p.price.Region, Instance: p.price.Instance,
			Hourly: p.price.OnDemand, Spotly: p.spot.Central,
		},
	}, nil
}
