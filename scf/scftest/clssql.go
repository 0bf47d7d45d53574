package scftest

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// clsSQL is the part of a query after "|": SELECT columns and aggregates, WHERE, GROUP BY, ORDER BY, LIMIT over the lines found.
type clsSQL struct {
	columns []clsColumn
	where   clsTest
	group   []string
	order   []clsOrder
	limit   int
}

type clsColumn struct{ agg, field, name string }

type clsOrder struct {
	name string
	desc bool
}

const clsRows = 1000 // as many as an analysis gives at most

func parseSQL(r *clsReader) (*clsSQL, error) {
	q := &clsSQL{where: func(clsRow) bool { return true }, limit: 100}
	if err := r.expect("SELECT"); err != nil {
		return nil, err
	}
	for {
		c, err := sqlColumn(r)
		if err != nil {
			return nil, err
		}
		q.columns = append(q.columns, c)
		if !r.accept(",") {
			break
		}
	}
	if r.accept("FROM") { // there is one table, the log
		if t := r.next(); t.sign {
			return nil, fmt.Errorf("a table expected, %q found", t.text)
		}
	}
	var err error
	if r.accept("WHERE") {
		if q.where, err = sqlAny(r); err != nil {
			return nil, err
		}
	}
	if r.accept("GROUP") {
		if err := r.expect("BY"); err != nil {
			return nil, err
		}
		for {
			t := r.next()
			if t.sign {
				return nil, fmt.Errorf("a field expected, %q found", t.text)
			}
			q.group = append(q.group, t.text)
			if !r.accept(",") {
				break
			}
		}
	}
	if r.accept("ORDER") {
		if err := sqlOrder(r, q); err != nil {
			return nil, err
		}
	}
	if r.accept("LIMIT") {
		if q.limit, err = strconv.Atoi(r.next().text); err != nil || q.limit < 0 {
			return nil, errors.New("LIMIT takes a number")
		}
	}
	q.limit = min(q.limit, clsRows)
	if len(r.tokens) > 0 {
		return nil, fmt.Errorf("%q not understood", r.peek().text)
	}
	return q, q.check()
}

func sqlOrder(r *clsReader, q *clsSQL) error {
	if err := r.expect("BY"); err != nil {
		return err
	}
	for {
		t := r.next()
		if t.sign {
			return fmt.Errorf("a field expected, %q found", t.text)
		}
		o := clsOrder{name: t.text, desc: r.accept("DESC")}
		if !o.desc {
			r.accept("ASC")
		}
		q.order = append(q.order, o)
		if !r.accept(",") {
			return nil
		}
	}
}

func sqlColumn(r *clsReader) (clsColumn, error) {
	t := r.next()
	if t.sign {
		return clsColumn{}, fmt.Errorf("a column expected, %q found", t.text)
	}
	c := clsColumn{field: t.text, name: t.text}
	if r.accept("(") {
		c.agg = strings.ToLower(t.text)
		switch c.agg {
		case "count", "max", "min", "sum", "avg":
		default:
			return c, fmt.Errorf("function %s is not known here", t.text)
		}
		f := r.next()
		if f.sign {
			return c, fmt.Errorf("a field expected, %q found", f.text)
		}
		c.field, c.name = f.text, c.agg+"("+f.text+")"
		if err := r.expect(")"); err != nil {
			return c, err
		}
	}
	if r.accept("AS") {
		a := r.next()
		if a.sign {
			return c, fmt.Errorf("a name expected, %q found", a.text)
		}
		c.name = a.text
	}
	return c, nil
}

// check refuses a bare column beside aggregates that is not grouped by.
func (q *clsSQL) check() error {
	for _, c := range q.columns {
		if c.agg != "" || !q.aggregates() {
			continue
		}
		found := false
		for _, g := range q.group {
			found = found || g == c.field || g == c.name
		}
		if !found {
			return fmt.Errorf("%s must be in GROUP BY or in an aggregate", c.field)
		}
	}
	return nil
}

func (q *clsSQL) aggregates() bool {
	for _, c := range q.columns {
		if c.agg != "" {
			return true
		}
	}
	return len(q.group) > 0
}

func sqlAny(r *clsReader) (clsTest, error) {
	left, err := sqlAll(r)
	for err == nil && r.accept("OR") {
		var right clsTest
		right, err = sqlAll(r)
		a := left
		left = func(row clsRow) bool { return a(row) || right(row) }
	}
	return left, err
}

func sqlAll(r *clsReader) (clsTest, error) {
	left, err := sqlOne(r)
	for err == nil && r.accept("AND") {
		var right clsTest
		right, err = sqlOne(r)
		a := left
		left = func(row clsRow) bool { return a(row) && right(row) }
	}
	return left, err
}

func sqlOne(r *clsReader) (clsTest, error) {
	if r.accept("NOT") || r.peek().is("(") {
		if err := r.enter(); err != nil {
			return nil, err
		}
		defer func() { r.depth-- }()
		if r.accept("(") {
			t, err := sqlAny(r)
			if err != nil {
				return nil, err
			}
			return t, r.expect(")")
		}
		t, err := sqlOne(r)
		return func(row clsRow) bool { return !t(row) }, err
	}
	f := r.next()
	if f.sign {
		return nil, fmt.Errorf("a field expected, %q found", f.text)
	}
	field := f.text
	not := r.accept("NOT")
	t, err := sqlPredicate(r, field)
	if not && err == nil {
		inner := t
		t = func(row clsRow) bool { return !inner(row) }
	}
	return t, err
}

func sqlPredicate(r *clsReader, field string) (clsTest, error) {
	operand := func() (string, error) {
		t := r.next()
		if t.sign {
			return "", fmt.Errorf("a value expected, %q found", t.text)
		}
		return t.text, nil
	}
	switch {
	case r.accept("BETWEEN"):
		lo, err := operand()
		if err != nil {
			return nil, err
		}
		if err := r.expect("AND"); err != nil {
			return nil, err
		}
		hi, err := operand()
		return func(row clsRow) bool { return differ(value(row, field), lo) >= 0 && differ(value(row, field), hi) <= 0 }, err
	case r.accept("LIKE"):
		pattern, err := operand()
		return func(row clsRow) bool { return like(pattern, value(row, field)) }, err
	case r.accept("IN"):
		if err := r.expect("("); err != nil {
			return nil, err
		}
		set := map[string]bool{}
		for {
			v, err := operand()
			if err != nil {
				return nil, err
			}
			set[v] = true
			if !r.accept(",") {
				break
			}
		}
		return func(row clsRow) bool { return set[value(row, field)] }, r.expect(")")
	}
	op := r.next()
	switch {
	case !op.sign:
		return nil, fmt.Errorf("a comparison expected, %q found", op.text)
	case op.text == ":":
		op.text = "="
	}
	switch op.text {
	case "=", "!=", "<>", "<", ">", "<=", ">=":
	default:
		return nil, fmt.Errorf("a comparison expected, %q found", op.text)
	}
	v, err := operand()
	return func(row clsRow) bool { return compare(op.text, differ(value(row, field), v)) }, err
}

// differ compares two values, as numbers if both are.
func differ(a, b string) float64 {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 == nil && err2 == nil {
		return x - y
	}
	return float64(strings.Compare(a, b))
}

// like matches with SQL's % and _.
func like(pattern, s string) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == '%' {
		rest := strings.TrimLeft(pattern, "%")
		for i := 0; i <= len(s); i++ {
			if like(rest, s[i:]) {
				return true
			}
		}
		return false
	}
	return s != "" && (pattern[0] == '_' || pattern[0] == s[0]) && like(pattern[1:], s[1:])
}

// run computes the result: rows of values in the order of the columns.
func (q *clsSQL) run(rows []clsRow) [][]string {
	var groups [][]clsRow
	index := map[string]int{}
	for _, row := range rows {
		if !q.where(row) {
			continue
		}
		if !q.aggregates() {
			groups = append(groups, []clsRow{row})
			continue
		}
		var key strings.Builder
		for _, g := range q.group {
			key.WriteString(strconv.Quote(value(row, q.fieldOf(g))))
		}
		i, ok := index[key.String()]
		if !ok {
			i = len(groups)
			index[key.String()] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], row)
	}
	if q.aggregates() && len(q.group) == 0 && len(groups) == 0 {
		groups = [][]clsRow{nil} // COUNT(*) of nothing is 0
	}
	out := make([][]string, len(groups))
	for i, g := range groups {
		for _, c := range q.columns {
			out[i] = append(out[i], c.value(g))
		}
	}
	q.sort(out, groups)
	return out[:min(q.limit, len(out))]
}

// fieldOf is the field that a name in GROUP BY means.
func (q *clsSQL) fieldOf(name string) string {
	for _, c := range q.columns {
		if c.name == name && c.agg == "" {
			return c.field
		}
	}
	return name
}

func (q *clsSQL) sort(out [][]string, groups [][]clsRow) {
	if len(q.order) == 0 {
		return
	}
	cell := func(i int, name string) string {
		for j, c := range q.columns {
			if c.name == name || c.field == name && c.agg == "" {
				return out[i][j]
			}
		}
		if len(groups[i]) > 0 {
			return value(groups[i][0], name)
		}
		return ""
	}
	order := make([]int, len(out))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool {
		for _, o := range q.order {
			if d := differ(cell(order[a], o.name), cell(order[b], o.name)); d != 0 {
				return (d < 0) != o.desc
			}
		}
		return false
	})
	sorted := make([][]string, len(out))
	for to, from := range order {
		sorted[to] = out[from]
	}
	copy(out, sorted)
}

func (c clsColumn) value(rows []clsRow) string {
	switch c.agg {
	case "":
		if len(rows) == 0 {
			return ""
		}
		return value(rows[0], c.field)
	case "count":
		n := 0
		for _, r := range rows {
			if _, ok := r.field(c.field); ok || c.field == "*" || c.field == "1" {
				n++
			}
		}
		return strconv.Itoa(n)
	case "max", "min":
		best := ""
		for i, r := range rows {
			if d := differ(value(r, c.field), best); i == 0 || (c.agg == "max") == (d > 0) && d != 0 {
				best = value(r, c.field)
			}
		}
		return best
	}
	total := 0.0
	for _, r := range rows {
		v, _ := strconv.ParseFloat(value(r, c.field), 64)
		total += v
	}
	if c.agg == "avg" && len(rows) > 0 {
		total /= float64(len(rows))
	}
	return strconv.FormatFloat(total, 'f', -1, 64)
}
