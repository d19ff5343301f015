package replay

import (
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// least is the input below which a stage says little about its rate: its tasks are over before they are warm.
const least = 256 << 20

// Rate is how fast stages of one kind were.
type Rate struct {
	Kind   eventlog.Kind `json:"-"`
	Name   string        `json:"kind"`
	Stages int           `json:"stages"`
	Bytes  int64         `json:"bytes"` // the larger of what was read from files and from shuffles
	Low    float64       `json:"low"`   // MiB per core-second of executorRunTime: quartiles over stages
	Median float64       `json:"median"`
	High   float64       `json:"high"`
}

// Rates measures stages with at least 256 MiB of input, by kind. A kind without one is not there.
func Rates(apps ...*eventlog.Application) []Rate {
	values := map[eventlog.Kind][]float64{}
	size := map[eventlog.Kind]int64{}
	for _, a := range apps {
		for i := range a.Stages {
			s := &a.Stages[i]
			n := max(s.Metrics.Input, s.Metrics.ShuffleRead())
			if n < least || s.Metrics.RunTime <= 0 || s.Kind == eventlog.KindOther {
				continue
			}
			values[s.Kind] = append(values[s.Kind], float64(n)/(1<<20)/(float64(s.Metrics.RunTime)/1000))
			size[s.Kind] += n
		}
	}
	var rates []Rate
	for kind := range eventlog.Kinds {
		v := values[kind]
		if len(v) == 0 {
			continue
		}
		slices.Sort(v)
		at := func(q float64) float64 { return v[int(q*float64(len(v)-1)+.5)] }
		rates = append(rates, Rate{
			Kind: kind, Name: kind.String(), Stages: len(v), Bytes: size[kind], Low: at(.25), Median: at(.5), High: at(.75),
		})
	}
	return rates
}
