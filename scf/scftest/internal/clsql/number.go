package clsql

import (
	"cmp"
	"strconv"
	"strings"
)

// number is a decimal number; whole ones are exact.
type number struct {
	whole   int64
	isWhole bool
	float   float64
}

// parseNumber reads a decimal number. Words that other readers take for numbers, such as nan, inf or 0x1p2, are text.
func parseNumber(text string) (number, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return number{whole: n, isWhole: true, float: float64(n)}, true
	}
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return number{}, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return number{float: f}, err == nil
}

func (n number) compare(m number) int {
	if n.isWhole && m.isWhole {
		return cmp.Compare(n.whole, m.whole)
	}
	return cmp.Compare(n.float, m.float)
}

// compareAs orders two values of a type; "" stands for a type that is not known. Text goes before numbers.
func compareAs(t Type, a, b string) int {
	if t == VarChar {
		return strings.Compare(a, b)
	}
	x, isNumber := parseNumber(a)
	y, isNumberToo := parseNumber(b)
	switch {
	case isNumber && isNumberToo:
		return x.compare(y)
	case isNumber:
		return 1
	case isNumberToo:
		return -1
	}
	return strings.Compare(a, b)
}

// satisfies reports whether the order of two values satisfies a comparison.
func satisfies(op string, order int) bool {
	switch op {
	case "<":
		return order < 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	case ">=":
		return order >= 0
	case "!=", "<>":
		return order != 0
	}
	return order == 0
}
