package survey

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
)

// fetches is how many rows are read at a time: each takes a round trip and
// nothing else.
const fetches = 32

// Merge puts the rows of the logs that are there into the table, writes it into
// the bucket and returns it. A log that has changed since it was read counts as
// it was; one that no shard has read is a row that says so.
func (s Survey) Merge(ctx context.Context) (fleet.Table, error) {
	settings, err := s.settings()
	if err != nil {
		return fleet.Table{}, err
	}
	logs, err := s.logs(ctx)
	if err != nil {
		return fleet.Table{}, err
	}
	if len(logs) == 0 {
		return fleet.Table{}, s.none()
	}
	names, err := s.rows(ctx)
	if err != nil {
		return fleet.Table{}, err
	}
	slices.Sort(names)
	rows := make([]fleet.Row, len(logs))
	g, each := errgroup.WithContext(ctx)
	g.SetLimit(fetches)
	for i, l := range logs {
		name := pick(names, l, settings)
		if name == "" {
			rows[i] = fleet.Failed(s.label(l), errors.New("no shard has read it yet"))
			continue
		}
		g.Go(func() error {
			var err error
			rows[i], err = s.fetch(each, name, l)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return fleet.Table{}, err
	}
	t := fleet.Merge(rows...)
	t.Currency, t.AsOf = s.Price.Cost.Currency, s.Price.Cost.AsOf
	data, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return t, err
	}
	return t, s.Results.Write(ctx, Table, append(data, '\n'))
}

// pick is the row of a log as it is now, or else one of its earlier states.
func pick(names []string, l fleet.Log, settings string) string {
	if _, there := slices.BinarySearch(names, l.Key(settings)); there {
		return l.Key(settings)
	}
	if i, _ := slices.BinarySearch(names, l.KeyOf(settings)); i < len(names) && strings.HasPrefix(names[i], l.KeyOf(settings)) {
		return names[i]
	}
	return ""
}

// fetch reads a row. One that is damaged, or gone since it was listed, says so
// in its place.
func (s Survey) fetch(ctx context.Context, name string, l fleet.Log) (fleet.Row, error) {
	data, err := s.Results.Read(ctx, rowsPrefix+name)
	if errors.Is(err, fs.ErrNotExist) {
		return fleet.Failed(s.label(l), errors.New("its row went away while the table was made")), nil
	}
	if err != nil {
		return fleet.Row{}, err
	}
	rows, _ := fleet.Read(bytes.NewReader(data)) // Whatever is wrong with it, it is not one row.
	if len(rows) != 1 {
		return fleet.Failed(s.label(l), fmt.Errorf("its row %s in %s is damaged: delete it", rowsPrefix+name, s.Results)), nil
	}
	rows[0].Log = s.label(l)
	return rows[0], nil
}

// Send writes a table so that a pod's log can carry it: the sums in the first
// line, then a row in each, the worst waste first and most of them at most.
func Send(w io.Writer, t fleet.Table, most int) error {
	rows := t.Apps[:min(len(t.Apps), most)]
	t.Apps = []fleet.Row{}
	head, err := json.Marshal(sent{t, len(rows)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s\n", head); err != nil {
		return err
	}
	return fleet.Write(w, rows...)
}

// sent is the first line.
type sent struct {
	fleet.Table
	Rows int `json:"rows"` // that follow
}

// Receive reads what Send wrote. All of it must be there.
func Receive(data []byte) (fleet.Table, error) {
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	var head sent
	if err := json.Unmarshal(line, &head); err != nil || head.Schema != fleet.Schema {
		return fleet.Table{}, fault.New(fault.Failed, "the answer is no fleet table", "")
	}
	rows, err := fleet.Read(bytes.NewReader(rest))
	if err != nil || len(rows) != head.Rows {
		return fleet.Table{}, fault.New(fault.Failed, fmt.Sprintf("%d rows of the table arrived, not %d", len(rows), head.Rows), "")
	}
	head.Apps = rows
	return head.Table, nil
}
