package sizing

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ReadPrices reads a price file of one of three forms, told apart by its
// first line: our own YAML, OpenCost's CSV of custom prices, or SkyPilot's
// CSV catalogue. known gives machines of OpenCost their size, which its file
// does not have.
func ReadPrices(data []byte, name string, known Table) (Table, error) {
	head, _, _ := bytes.Cut(data, []byte("\n"))
	columns := map[string]int{}
	for i, c := range strings.Split(strings.TrimSpace(strings.TrimPrefix(string(head), "\uFEFF")), ",") {
		columns[strings.ToLower(strings.Trim(c, "\" "))] = i
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { _, ok := columns[n]; return !ok })
	}
	var t Table
	var err error
	switch {
	case has("instancetype", "vcpus", "memorygib", "price"):
		t, err = skyPilot(data, columns, name)
	case has("instancetype", "marketpricehourly"):
		t, err = openCost(data, columns, name, known)
	default:
		return ParsePrices(data)
	}
	if err != nil {
		return Table{}, err
	}
	return t.checked()
}

// records calls f for each line after the first with a function that reads a
// column by its name.
func records(data []byte, columns map[string]int, f func(line int, get func(string) string)) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	for first := true; ; first = false {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the price table is not CSV: %w", err)
		}
		if first {
			continue
		}
		line, _ := r.FieldPos(0)
		f(line, func(name string) string {
			if i, ok := columns[name]; ok && i < len(record) {
				return strings.TrimSpace(record[i])
			}
			return ""
		})
	}
}

// skyPilot has a line for each zone. Spot prices differ between zones: the
// middle one is taken, and one above the price on demand is nobody's offer.
func skyPilot(data []byte, columns map[string]int, name string) (Table, error) {
	var t Table
	at := map[string]int{}
	spots := map[string][]float64{}
	skipped := 0
	err := records(data, columns, func(_ int, get func(string) string) {
		p := Price{Region: get("region"), Instance: get("instancetype"), Source: name}
		p.VCPU, p.MemoryGiB, p.OnDemand = number(get("vcpus")), number(get("memorygib")), number(get("price"))
		p.GPUs = int(number(get("acceleratorcount")))
		p.Kind = kindOf(p)
		spot := number(get("spotprice"))
		if p.Instance == "" || p.OnDemand <= 0 || p.VCPU <= 0 || p.MemoryGiB <= 0 || p.Region == "" {
			skipped++ // A machine without a price, as the catalogue has some.
			return
		}
		key := p.Region + "/" + p.Instance
		if _, seen := at[key]; !seen {
			at[key] = len(t.Rows)
			t.Rows = append(t.Rows, p)
		}
		if spot > 0 && spot <= p.OnDemand {
			spots[key] = append(spots[key], spot)
		}
	})
	for key, i := range at {
		if s := spots[key]; len(s) > 0 {
			slices.Sort(s)
			t.Rows[i].Spot = min(s[len(s)/2], t.Rows[i].OnDemand)
		}
	}
	if skipped > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d lines of %s have no price and were left out", skipped, name))
	}
	return t, err
}

// openCost has prices of nodes by machine type, and no sizes.
func openCost(data []byte, columns map[string]int, name string, known Table) (Table, error) {
	var t Table
	var faults []error
	skipped := 0
	err := records(data, columns, func(line int, get func(string) string) {
		if class := get("assetclass"); class != "" && !strings.EqualFold(class, "node") {
			skipped++
			return
		}
		price, kind := number(get("marketpricehourly")), get("instancetype")
		i := slices.IndexFunc(known.Rows, func(p Price) bool { return strings.EqualFold(p.Instance, kind) })
		if i < 0 {
			faults = append(faults, fmt.Errorf("line %d: the size of %q is not known; a YAML table can say it", line, kind))
			return
		}
		p := known.Rows[i]
		p.OnDemand, p.Spot, p.Source, p.AsOf = price, 0, name, ""
		if region := get("region"); region != "" {
			p.Region = region
		}
		if end := get("endtimestamp"); len(end) >= 10 {
			p.AsOf = end[:10]
		}
		t.Rows = append(t.Rows, p)
	})
	if skipped > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d lines of %s are not about nodes and were left out", skipped, name))
	}
	return t, errors.Join(append(faults, err)...)
}

// number is 0 for what is none: what has no price is left out or refused.
func number(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}

// kindOf tells the kind of a machine by its shape.
func kindOf(p Price) string {
	switch ratio := p.MemoryGiB / max(p.VCPU, 1); {
	case p.GPUs > 0:
		return "gpu"
	case ratio >= 6:
		return "memory"
	case ratio <= 2.5:
		return "compute"
	default:
		return "general"
	}
}
