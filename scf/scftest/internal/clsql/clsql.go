// Package clsql reads and answers queries in the language of the Cloud Log Service (CLS): a condition in the CQL syntax, and
// after a "|" a SQL statement over the lines that satisfy it, as in
//
//	SCF_StatusCode:>=430 AND timeout* | SELECT SCF_RequestId, COUNT(*) AS n GROUP BY SCF_RequestId ORDER BY n DESC LIMIT 10
//
// It works on rows of named texts ([Row]) and knows nothing about where they come from. A query is a chain of three steps, one
// file each: [Parse] splits it into tokens, the condition becomes one function of a row, and the statement becomes columns with
// a filter, groups and an order.
//
// # What is understood
//
// Conditions: *, words, "phrases", key:value, key:"phrase", key:>3 (also >=, <, <=, =), key:(a OR b), the wildcards * and ? in
// words, AND, OR, NOT and parentheses; conditions side by side mean AND.
//
// Statements: SELECT with *, fields and the aggregates COUNT, MAX, MIN, SUM and AVG, AS, FROM (there is one table), WHERE with
// comparisons, BETWEEN, IN, LIKE, AND, OR, NOT and parentheses, GROUP BY, ORDER BY fields, aliases, aggregates and positions,
// and LIMIT. Everything else is a syntax error.
//
// # Values
//
// Rows hold text. Fields declared as [BigInt] or [Double] compare as numbers, those declared as [VarChar] as text, and others as
// numbers where both values are decimal numbers; text goes before numbers. A field that a row does not have compares as the empty text.
//
// # Bounds
//
// A query has at most [MaxQuery] bytes and 100 levels of parentheses. Matching a pattern takes time in proportion to the text
// for patterns without single-character wildcards, and to text times pattern at worst.
package clsql

import "fmt"

// Limits of a query and its result.
const (
	MaxQuery = 12 << 10 // bytes of a query, as documented by CLS
	MaxRows  = 1000     // rows of a statement's result
)

// Row is a log line, seen as named texts.
type Row interface {
	// Field returns the text of a field, and whether the row has it.
	Field(name string) (value string, ok bool)
	// Fields calls yield for each field of the row until yield returns false.
	Fields(yield func(name, value string) bool)
}

// Type is the type of a column.
type Type string

// Types of columns.
const (
	BigInt  Type = "bigint"
	Double  Type = "double"
	VarChar Type = "varchar"
)

// Column is a column of the table that is queried, or of a result.
type Column struct {
	Name string
	Type Type
	// FullText says that key:value finds the value anywhere in the column's text. It is compared whole otherwise.
	FullText bool
}

// Query is a query that was parsed. It may be used by several goroutines at once.
type Query struct {
	match     condition
	statement *statement
}

// condition decides about one row.
type condition func(Row) bool

// Parse reads a query over rows whose known columns are the given ones; rows may have more. Errors name what was found and
// what would be right.
func Parse(query string, columns ...Column) (*Query, error) {
	if len(query) > MaxQuery {
		return nil, fmt.Errorf("query has %d bytes, at most %d", len(query), MaxQuery)
	}
	tokens, err := tokenize(query)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, columns: columns}
	match, err := p.search()
	if err != nil {
		return nil, err
	}
	q := &Query{match: match}
	if p.done() {
		return q, nil
	}
	if err := p.expect("|"); err != nil {
		return nil, err
	}
	q.statement, err = p.selectStatement()
	return q, err
}

// Match reports whether a row satisfies the condition before the "|".
func (q *Query) Match(r Row) bool { return q.match(r) }

// HasStatement reports whether the query has a SQL statement, so that [Query.Run] answers it.
func (q *Query) HasStatement() bool { return q.statement != nil }
