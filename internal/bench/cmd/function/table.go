package main

import (
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
)

// table has one row for each name, whose figure is the median of what was added, and a ratio to the rows to compare with.
type table struct {
	title   string
	against []string
	names   []string
	values  map[string][]float64
}

func newTable(title string, against ...string) *table {
	return &table{title: title, against: against, values: map[string][]float64{}}
}

func (t *table) add(name string, v float64) {
	if t.values[name] == nil {
		t.names = append(t.names, name)
	}
	t.values[name] = append(t.values[name], v)
}

func (t *table) median(name string) float64 {
	v := slices.Sorted(slices.Values(t.values[name]))
	if len(v) == 0 {
		return 0
	}
	return v[len(v)/2]
}

func (t *table) print() {
	fmt.Printf("\n%s\n", t.title)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range t.names {
		_, _ = fmt.Fprintf(w, "%-26s\t%.2f\t", name, t.median(name))
		for _, other := range t.against {
			if base := t.median(other); base > 0 {
				_, _ = fmt.Fprintf(w, "%.2f of %s\t", t.median(name)/base, other)
			}
		}
		_, _ = fmt.Fprintln(w)
	}
	_ = w.Flush()
}
