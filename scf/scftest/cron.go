package scftest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/cronexpr"
)

// platformZone is the zone of the platform: cron expressions and the API's times are in it.
var platformZone = time.FixedZone("UTC+8", 8*60*60)

// cron says when a timer fires: seconds, minutes, hours, days, months, days of the week, years. As documented, a day and a
// day of the week that are both given are alternatives.
type cron struct{ expression *cronexpr.Expression }

var (
	cronField = regexp.MustCompile(`^[0-9A-Za-z,*/-]+$`)
	cronWord  = regexp.MustCompile(`[0-9A-Za-z]+`)
	cronRange = regexp.MustCompile(`([0-9A-Za-z]+)-([0-9A-Za-z]+)`)
	cronNames = map[string]int{}
)

func init() {
	for i, name := range strings.Fields("SUN MON TUE WED THU FRI SAT") {
		cronNames[name] = i
	}
	for i, name := range strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC") {
		cronNames[name] = i + 1
	}
}

// parseCron reads an expression of seven fields, or of the older five (minute to day of the week). Only the documented special
// characters are taken: comma, hyphen, asterisk, slash, and a question mark for any day. The parser knows more.
func parseCron(expr string) (*cron, error) {
	fields := strings.Fields(expr)
	if len(fields) == 5 {
		fields = append(append([]string{"0"}, fields...), "*")
	}
	if len(fields) != 7 {
		return nil, fmt.Errorf("cron expression has %d fields, must have 7 (or 5)", len(fields))
	}
	for i, f := range fields {
		if f == "?" && (i == 3 || i == 5) {
			fields[i] = "*"
			continue
		}
		if !cronField.MatchString(f) {
			return nil, fmt.Errorf("field %d of the cron expression is %q: only digits, names and the characters , - * / are supported", i+1, f)
		}
		for _, word := range cronWord.FindAllString(f, -1) {
			if cronValue(word) < 0 || i == 5 && cronValue(word) > 6 { // Sunday is 0
				return nil, fmt.Errorf("field %d of the cron expression: %q is not a number, nor a name like MON or JAN, of this field", i+1, word)
			}
		}
		for _, r := range cronRange.FindAllStringSubmatch(f, -1) {
			if cronValue(r[1]) > cronValue(r[2]) { // the parser would take it for no value at all
				return nil, fmt.Errorf("field %d of the cron expression: range %s runs backwards", i+1, r[0])
			}
		}
	}
	expression, err := cronexpr.Parse(strings.Join(fields, " "))
	if err != nil {
		return nil, fmt.Errorf("cron expression: %w", err)
	}
	return &cron{expression}, nil
}

// cronValue returns the number or named value of a word, -1 if it is neither.
func cronValue(s string) int {
	if n, ok := cronNames[strings.ToUpper(s)]; ok {
		return n
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// next returns the first instant after t that the expression stands for; false if there is none.
func (c *cron) next(t time.Time) (time.Time, bool) {
	at := c.expression.Next(t.In(platformZone))
	return at, !at.IsZero()
}
