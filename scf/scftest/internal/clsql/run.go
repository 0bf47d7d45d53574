package clsql

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Result is what a statement gives: as many values a row as there are columns.
type Result struct {
	Columns []Column
	Rows    [][]string
}

// group is the rows that become one row of the result: one, or all with the same values in GROUP BY.
type group struct {
	rows   []Row
	values []string // of the selected columns
	order  []string // of the expressions in ORDER BY
}

// Run answers the query's statement over rows that satisfy its condition. It ends early with the context's error.
func (q *Query) Run(ctx context.Context, rows []Row) (*Result, error) {
	s := q.statement
	groups, err := s.groups(ctx, rows)
	if err != nil {
		return nil, err
	}
	items := s.expand(groups)
	out := &Result{}
	for _, it := range items {
		kind := s.typeOf(it.expression)
		if kind == "" {
			kind = VarChar
		}
		out.Columns = append(out.Columns, Column{Name: it.name, Type: kind})
	}
	for _, g := range groups {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, it := range items {
			g.values = append(g.values, s.value(it.expression, g.rows))
		}
		for _, o := range s.order {
			g.order = append(g.order, s.value(o.expression, g.rows))
		}
	}
	slices.SortStableFunc(groups, s.compare)
	for _, g := range groups[:min(s.limit, len(groups))] {
		out.Rows = append(out.Rows, g.values)
	}
	return out, ctx.Err()
}

// groups returns the rows that satisfy WHERE, by groups in the order of their first rows.
func (s *statement) groups(ctx context.Context, rows []Row) ([]*group, error) {
	var groups []*group
	index := map[string]*group{}
	for _, r := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !s.where(r) {
			continue
		}
		if !s.aggregates() {
			groups = append(groups, &group{rows: []Row{r}})
			continue
		}
		var key strings.Builder
		for _, field := range s.group {
			key.WriteString(strconv.Quote(value(r, field)))
		}
		g := index[key.String()]
		if g == nil {
			g = &group{}
			index[key.String()] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
	}
	if len(groups) == 0 && s.aggregates() && len(s.group) == 0 {
		groups = append(groups, &group{}) // the COUNT of no rows is 0
	}
	return groups, nil
}

// expand replaces "*" by the known columns and the further fields of the rows.
func (s *statement) expand(groups []*group) []item {
	var out []item
	for _, it := range s.items {
		if !it.all() {
			out = append(out, it)
			continue
		}
		more := map[string]bool{}
		for _, g := range groups {
			for _, r := range g.rows {
				r.Fields(func(name, _ string) bool { more[name] = true; return true })
			}
		}
		for _, c := range s.known {
			delete(more, c.Name)
			out = append(out, item{expression{field: c.Name}, c.Name})
		}
		for _, name := range slices.Sorted(maps.Keys(more)) {
			out = append(out, item{expression{field: name}, name})
		}
	}
	return out
}

func (s *statement) compare(a, b *group) int {
	for i, o := range s.order {
		if c := compareAs(s.typeOf(o.expression), a.order[i], b.order[i]); c != 0 {
			if o.descending {
				return -c
			}
			return c
		}
	}
	return 0
}

// value computes an expression over the rows of a group. Rows that do not have the field count for nothing.
func (s *statement) value(e expression, rows []Row) string {
	if e.aggregate == "" {
		if len(rows) == 0 {
			return ""
		}
		return value(rows[0], e.field)
	}
	if _, constant := parseNumber(e.field); e.aggregate == "count" && (constant || e.field == "*") {
		return strconv.Itoa(len(rows))
	}
	var values []string
	for _, r := range rows {
		if v, ok := r.Field(e.field); ok {
			values = append(values, v)
		}
	}
	kind := s.typeOf(expression{field: e.field})
	compare := func(a, b string) int { return compareAs(kind, a, b) }
	switch {
	case e.aggregate == "count":
		return strconv.Itoa(len(values))
	case len(values) == 0 && e.aggregate != "sum" && e.aggregate != "avg":
		return ""
	case e.aggregate == "max":
		return slices.MaxFunc(values, compare)
	case e.aggregate == "min":
		return slices.MinFunc(values, compare)
	}
	total, n := 0.0, 0
	for _, v := range values {
		if v, ok := parseNumber(v); ok {
			total += v.float
			n++
		}
	}
	if e.aggregate == "avg" && n > 0 {
		total /= float64(n)
	}
	return strconv.FormatFloat(total, 'f', -1, 64)
}
