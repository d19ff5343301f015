package sizing

// Rates are what a log has measured, by class: MiB of input for each
// core-second. Low is the good day and so the largest number.
type Rates map[string]Range[float64]

// replace gives an operator the rate that was measured for its class. A
// broadcast join and others without a class keep theirs.
func (r Rates) replace(o operator) operator {
	m, ok := r[o.class]
	if !ok || o.class == "" || m.High <= 0 {
		return o
	}
	o.rate, o.source = m, "measured in your event log"
	return o
}

func calibrated(rates []Rates) bool {
	for _, r := range rates {
		if len(r) > 0 {
			return true
		}
	}
	return false
}
