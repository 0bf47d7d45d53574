package clsql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// statement is the part of a query after the "|".
type statement struct {
	known []Column // of the table
	items []item   // what is selected
	where condition
	group []string // fields
	order []ordering
	limit int
}

// item is a selected column: a field, an aggregate of one, or every field.
type item struct {
	expression
	name string
}

// expression is a field ("*" for all of them), or an aggregate of a field ("*" or a constant for the row itself).
type expression struct{ aggregate, field string }

func (e expression) String() string {
	if e.aggregate == "" {
		return e.field
	}
	return e.aggregate + "(" + e.field + ")"
}

// all reports whether the expression stands for every field.
func (e expression) all() bool { return e.aggregate == "" && e.field == "*" }

type ordering struct {
	expression
	descending bool
}

const defaultLimit = 100

// selectStatement reads a statement up to the end of the query.
func (p *parser) selectStatement() (*statement, error) {
	s := &statement{known: p.columns, where: func(Row) bool { return true }, limit: defaultLimit}
	if err := p.expect("SELECT"); err != nil {
		return nil, err
	}
	for _, clause := range []func(*statement) error{p.items, p.from, p.where, p.groupBy, p.orderBy, p.limit} {
		if err := clause(s); err != nil {
			return nil, err
		}
	}
	if !p.done() {
		return nil, fmt.Errorf("unexpected %q after the statement", p.peek().text)
	}
	return s, s.check()
}

// list calls read for each member of a list with commas.
func (p *parser) list(read func() error) error {
	for {
		if err := read(); err != nil {
			return err
		}
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) items(s *statement) error {
	return p.list(func() error {
		e, err := p.expression("a column")
		if err != nil {
			return err
		}
		it := item{e, e.String()}
		if p.accept("AS") {
			t, err := p.word("a name after AS")
			if err != nil {
				return err
			}
			it.name = t.text
		}
		s.items = append(s.items, it)
		return nil
	})
}

// expression reads a field or an aggregate of one.
func (p *parser) expression(what string) (expression, error) {
	t, err := p.word(what)
	if err != nil || !p.accept("(") {
		return expression{field: t.text}, err
	}
	e := expression{aggregate: strings.ToLower(t.text)}
	if !slices.Contains([]string{"count", "max", "min", "sum", "avg"}, e.aggregate) {
		return e, fmt.Errorf("unknown function %s: expected COUNT, MAX, MIN, SUM or AVG", t.text)
	}
	f, err := p.word("a field in " + e.aggregate + "()")
	if err != nil {
		return e, err
	}
	if e.field = f.text; e.field == "*" && e.aggregate != "count" {
		return e, fmt.Errorf("expected a field in %s(), found *", e.aggregate)
	}
	return e, p.expect(")")
}

func (p *parser) from(*statement) error {
	if !p.accept("FROM") {
		return nil
	}
	_, err := p.word("a table after FROM") // there is one table, whatever its name
	return err
}

func (p *parser) where(s *statement) (err error) {
	if p.accept("WHERE") {
		s.where, err = p.whereOr()
	}
	return err
}

func (p *parser) groupBy(s *statement) error {
	if !p.accept("GROUP") {
		return nil
	}
	if err := p.expect("BY"); err != nil {
		return err
	}
	return p.list(func() error {
		t, err := p.word("a field after GROUP BY")
		if err != nil {
			return err
		}
		e, err := s.named(expression{field: t.text})
		if err != nil {
			return err
		}
		if e.aggregate != "" {
			return fmt.Errorf("cannot group by the aggregate %s", e)
		}
		s.group = append(s.group, e.field)
		return nil
	})
}

func (p *parser) orderBy(s *statement) error {
	if !p.accept("ORDER") {
		return nil
	}
	if err := p.expect("BY"); err != nil {
		return err
	}
	return p.list(func() error {
		e, err := p.expression("a field after ORDER BY")
		if err != nil {
			return err
		}
		if e, err = s.named(e); err != nil {
			return err
		}
		o := ordering{expression: e, descending: p.accept("DESC")}
		if !o.descending {
			p.accept("ASC")
		}
		s.order = append(s.order, o)
		return nil
	})
}

// named returns the expression that an alias or a position in the list of columns stands for; any other is itself.
func (s *statement) named(e expression) (expression, error) {
	if e.aggregate != "" {
		return e, nil
	}
	for _, it := range s.items {
		if it.name == e.field {
			return it.expression, nil
		}
	}
	if n, err := strconv.Atoi(e.field); err == nil {
		if n < 1 || n > len(s.items) || s.items[n-1].all() {
			return e, fmt.Errorf("position %d is not one of the %d columns", n, len(s.items))
		}
		return s.items[n-1].expression, nil
	}
	return e, nil
}

func (p *parser) limit(s *statement) error {
	if p.accept("LIMIT") {
		t := p.next()
		n, err := strconv.Atoi(t.text)
		if err != nil || n < 0 {
			return fmt.Errorf("expected a number after LIMIT, found %q", t.text)
		}
		s.limit = n
	}
	s.limit = min(s.limit, MaxRows)
	return nil
}

// check refuses a field beside aggregates that is not grouped by: it has no one value.
func (s *statement) check() error {
	if !s.aggregates() {
		return nil
	}
	check := func(e expression) error {
		if e.aggregate == "" && !slices.Contains(s.group, e.field) {
			return fmt.Errorf("%s must be in GROUP BY or in an aggregate", e.field)
		}
		return nil
	}
	for _, it := range s.items {
		if err := check(it.expression); err != nil {
			return err
		}
	}
	for _, o := range s.order {
		if err := check(o.expression); err != nil {
			return err
		}
	}
	return nil
}

// aggregates reports whether a row of the result stands for a group of rows.
func (s *statement) aggregates() bool {
	return len(s.group) > 0 ||
		slices.ContainsFunc(s.items, func(it item) bool { return it.aggregate != "" }) ||
		slices.ContainsFunc(s.order, func(o ordering) bool { return o.aggregate != "" })
}

// column returns the known column of that name; its type is "" if there is none.
func column(columns []Column, name string) Column {
	i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{Name: name}
	}
	return columns[i]
}

// typeOf returns the type of an expression's values, "" if it is not known.
func (s *statement) typeOf(e expression) Type {
	switch e.aggregate {
	case "count":
		return BigInt
	case "sum", "avg":
		return Double
	}
	return column(s.known, e.field).Type
}
