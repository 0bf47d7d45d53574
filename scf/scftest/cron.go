package scftest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is a seven-field expression: second, minute, hour, day, month, week, year. As the documents have it, a day and a week
// that are both given are alternatives. The special characters L, W and # are not known here.
type cron struct {
	second, minute, hour, day, month, week, year [2100]bool
	anyDay, anyWeek                              bool
}

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekNames  = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// parseCron reads an expression of seven fields, or of the older five (minute to week).
func parseCron(expr string) (*cron, error) {
	f := strings.Fields(expr)
	if len(f) == 5 {
		f = append(append([]string{"0"}, f...), "*")
	}
	if len(f) != 7 {
		return nil, fmt.Errorf("%d fields, not 7", len(f))
	}
	c := &cron{anyDay: f[3] == "*" || f[3] == "?", anyWeek: f[5] == "*" || f[5] == "?"}
	for i, field := range []struct {
		set      *[2100]bool
		min, max int
		names    []string
		first    int
	}{
		{&c.second, 0, 59, nil, 0}, {&c.minute, 0, 59, nil, 0}, {&c.hour, 0, 23, nil, 0}, {&c.day, 1, 31, nil, 0},
		{&c.month, 1, 12, monthNames, 1}, {&c.week, 0, 6, weekNames, 0}, {&c.year, 1970, 2099, nil, 0},
	} {
		text := f[i]
		if text == "?" && (i == 3 || i == 5) {
			text = "*"
		}
		for _, part := range strings.Split(text, ",") {
			if err := fill(field.set, part, field.min, field.max, field.names, field.first); err != nil {
				return nil, fmt.Errorf("field %d: %w", i+1, err)
			}
		}
	}
	return c, nil
}

func fill(set *[2100]bool, part string, lo, hi int, names []string, first int) error {
	number := func(s string) (int, error) {
		for i, n := range names {
			if strings.EqualFold(s, n) {
				return i + first, nil
			}
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < lo || n > hi {
			return 0, fmt.Errorf("%q is not within %d and %d", s, lo, hi)
		}
		return n, nil
	}
	rng, stepText, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		var err error
		if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
			return fmt.Errorf("step %q", stepText)
		}
	}
	from, to := lo, hi
	if rng != "*" {
		a, b, isRange := strings.Cut(rng, "-")
		var err error
		if from, err = number(a); err != nil {
			return err
		}
		to = from
		if stepped {
			to = hi
		}
		if isRange {
			if to, err = number(b); err != nil {
				return err
			}
		}
		if to < from {
			return fmt.Errorf("range %q runs backwards", rng)
		}
	}
	for n := from; n <= to; n += step {
		set[n] = true
	}
	return nil
}

// next returns the first instant after t that the expression means; false if there is none. Times are those of UTC+8, the
// platform's own zone.
func (c *cron) next(t time.Time) (time.Time, bool) {
	t = t.In(beijing).Truncate(time.Second).Add(time.Second)
	for t.Year() < 2100 {
		switch {
		case !c.year[t.Year()]:
			t = time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, beijing)
		case !c.month[t.Month()]:
			t = time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, beijing)
		case !c.onDay(t):
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, beijing)
		case !c.hour[t.Hour()]:
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour()+1, 0, 0, 0, beijing)
		case !c.minute[t.Minute()]:
			t = t.Truncate(time.Minute).Add(time.Minute)
		case !c.second[t.Second()]:
			t = t.Add(time.Second)
		default:
			return t, true
		}
	}
	return t, false
}

func (c *cron) onDay(t time.Time) bool {
	day, week := c.day[t.Day()], c.week[t.Weekday()]
	switch {
	case c.anyDay:
		return week
	case c.anyWeek:
		return day
	}
	return day || week
}

var beijing = time.FixedZone("UTC+8", 8*60*60)
