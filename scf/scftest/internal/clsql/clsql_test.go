package clsql_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/clsql"
)

type row map[string]string

func (r row) Field(name string) (string, bool) { v, ok := r[name]; return v, ok }

func (r row) Fields(yield func(name, value string) bool) { maps.All(r)(yield) }

var columns = []clsql.Column{
	{Name: "name", Type: clsql.VarChar}, {Name: "text", Type: clsql.VarChar, FullText: true}, {Name: "n", Type: clsql.BigInt},
}

var table = []clsql.Row{
	row{"name": "a", "text": "start of a", "n": "1"},
	row{"name": "nan", "text": "größe 5 GB", "n": "2", "level": "warn"},
	row{"name": "inf", "text": "100% of a/b", "n": "10", "level": "info", "size": "30"},
	row{"name": "a", "text": "end of a", "n": "3", "size": "4"},
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct{ query, want string }{ // numbers of the rows
		{"", "1 2 10 3"},
		{"*", "1 2 10 3"},
		{"name:nan", "2"},
		{"name:inf OR name:nan", "2 10"},
		{"name:(inf OR nan)", "2 10"},
		{"name=a AND n:>1", "3"},
		{"n:>=2 AND NOT level:warn", "10 3"},
		{"name:a end", "3"},
		{"(level:warn OR level:info) AND size:<100", "10"},
		{`text:"of a"`, "1 10 3"},
		{"text:start", "1"},
		{"name:a*", "1 3"},
		{"name:n?n", "2"},
		{"gr?ße", "2"},
		{"gr??ße", ""},
		{"text:a/*", "10"},
		{`text:"100%"`, "10"},
		{"size:>nan", "error"},
		{"n:(1", "error"},
		{"a:", "error"},
		{"NOT", "error"},
		{"a AND", "error"},
		{"\"open", "error"},
		{"a)", "error"},
		{strings.Repeat("(", 101) + "a" + strings.Repeat(")", 101), "error"},
		{strings.Repeat("NOT ", 101) + "a", "error"},
		{strings.Repeat("a", clsql.MaxQuery+1), "error"},
	} {
		t.Run(tt.query[:min(len(tt.query), 40)], func(t *testing.T) {
			q, err := clsql.Parse(tt.query, columns...)
			if tt.want == "error" {
				assert.Error(t, err)
				return
			}
			require.NoError(t, err)
			var got []string
			for _, r := range table {
				if q.Match(r) {
					n, _ := r.Field("n")
					got = append(got, n)
				}
			}
			assert.Equal(t, tt.want, strings.Join(got, " "))
			assert.False(t, q.HasStatement())
		})
	}
}

func TestRun(t *testing.T) {
	for _, tt := range []struct{ statement, want string }{
		{"SELECT n", "1|2|10|3"},
		{"SELECT n WHERE name='nan'", "2"},
		{"SELECT n WHERE name='inf' OR name='NaN'", "10"},
		{"SELECT n WHERE name != 'nan' AND name <> 'inf'", "1|3"},
		{"SELECT n WHERE name IN ('nan', 'b')", "2"},
		{"SELECT n WHERE n IN (1, 2.0)", "1|2"},
		{"SELECT n WHERE n BETWEEN 2 AND 3", "2|3"},
		{"SELECT n WHERE n NOT BETWEEN 2 AND 3", "1|10"},
		{"SELECT n WHERE NOT (n > 2 OR n = 1)", "2"},
		{"SELECT n WHERE size > 4", "10"},
		{"SELECT n WHERE text LIKE 'gr__e%'", "2"},
		{"SELECT n WHERE text LIKE 'gr___e%'", ""},
		{"SELECT n WHERE name LIKE '_'", "1|3"},
		{"SELECT n WHERE text LIKE '%of%a'", "1|3"},
		{"SELECT n WHERE text NOT LIKE '% of %'", "2"},
		{"SELECT n WHERE text LIKE '%_GB'", "2"},
		{"SELECT *", "a,start of a,1,,|nan,größe 5 GB,2,warn,|inf,100% of a/b,10,info,30|a,end of a,3,,4"},
		{"SELECT *, n AS m LIMIT 1", "a,start of a,1,,,1"},
		{"SELECT n ORDER BY n DESC", "10|3|2|1"},
		{"SELECT n AS x ORDER BY x", "1|2|3|10"},
		{"SELECT name, n ORDER BY name, 2 DESC", "a,3|a,1|inf,10|nan,2"},
		{"SELECT n ORDER BY size", "1|2|3|10"},
		{"SELECT COUNT(*), MAX(n), MIN(n), SUM(n), AVG(n)", "4,10,1,16,4"},
		{"SELECT COUNT(level), COUNT(1), AVG(size), MAX(size) FROM log", "2,4,17,30"},
		{"SELECT COUNT(*) WHERE name='none'", "0"},
		{"SELECT name WHERE name='none' GROUP BY name", ""},
		{"SELECT name, COUNT(*) GROUP BY name ORDER BY COUNT(*) DESC, name", "a,2|inf,1|nan,1"},
		{"SELECT name GROUP BY name ORDER BY MAX(n) DESC", "inf|a|nan"},
		{"SELECT name AS k, SUM(n) AS s GROUP BY k ORDER BY s", "nan,2|a,4|inf,10"},
		{"SELECT name, SUM(n) GROUP BY 1 ORDER BY 2 DESC LIMIT 2", "inf,10|a,4"},
		{"SELECT n LIMIT 0", ""},
		{"SELECT", "error"},
		{"SELECT n,", "error"},
		{"SELECT median(n)", "error"},
		{"SELECT MAX(*)", "error"},
		{"SELECT *, COUNT(*)", "error"},
		{"SELECT name, COUNT(*)", "error"},
		{"SELECT name GROUP BY name ORDER BY n", "error"},
		{"SELECT n ORDER BY COUNT(*)", "error"},
		{"SELECT COUNT(*) AS c GROUP BY c", "error"},
		{"SELECT n ORDER BY 2", "error"},
		{"SELECT n LIMIT -1", "error"},
		{"SELECT n WHERE n", "error"},
		{"SELECT n WHERE n : 1", "error"},
		{"SELECT n WHERE n BETWEEN 1", "error"},
		{"SELECT n WHERE n IN (1", "error"},
		{"SELECT n extra", "error"},
		{"DELETE n", "error"},
	} {
		t.Run(tt.statement, func(t *testing.T) {
			q, err := clsql.Parse("* | "+tt.statement, columns...)
			if tt.want == "error" {
				assert.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.True(t, q.HasStatement())
			res, err := q.Run(context.Background(), table)
			require.NoError(t, err)
			var got []string
			for _, values := range res.Rows {
				assert.Len(t, values, len(res.Columns))
				got = append(got, strings.Join(values, ","))
			}
			assert.Equal(t, tt.want, strings.Join(got, "|"))
		})
	}
}

func TestColumnsHaveTypes(t *testing.T) {
	q, err := clsql.Parse("* | SELECT name, n, level, COUNT(*) AS c, AVG(n) AS a, MAX(n) AS m GROUP BY name, n, level", columns...)
	require.NoError(t, err)
	res, err := q.Run(context.Background(), nil)
	require.NoError(t, err)
	var got []string
	for _, c := range res.Columns {
		got = append(got, c.Name+" "+string(c.Type))
	}
	assert.Equal(t, []string{"name varchar", "n bigint", "level varchar", "c bigint", "a double", "m bigint"}, got)
}

// A matcher that tries every split would not end within a lifetime.
func TestPatternsAreLinear(t *testing.T) {
	line := strings.Repeat("a", 8000)
	for _, pattern := range []string{strings.Repeat("%a", 1000) + "b", strings.Repeat("%_a", 50) + "b", strings.Repeat("%", 5000) + "b"} {
		q, err := clsql.Parse("* | SELECT text WHERE text LIKE '"+pattern+"'", columns...)
		require.NoError(t, err)
		for text, want := range map[string]int{line: 0, line + "b": 1} {
			res, err := q.Run(context.Background(), []clsql.Row{row{"text": text}})
			require.NoError(t, err)
			assert.Len(t, res.Rows, want)
		}
	}
	q, err := clsql.Parse("text:" + strings.Repeat("*a", 1000) + "b")
	require.NoError(t, err)
	assert.False(t, q.Match(row{"text": line}))
	assert.True(t, q.Match(row{"text": line + "b"}))
}

// cancelling is a row that ends the context when it is looked at.
type cancelling struct {
	row
	cancel context.CancelFunc
	looked *int
}

func (c cancelling) Field(name string) (string, bool) {
	*c.looked++
	c.cancel()
	return c.row.Field(name)
}

func TestRunEndsWithItsContext(t *testing.T) {
	for statement, most := range map[string]int{"SELECT n WHERE n>0": 1, "SELECT n": 1, "SELECT MAX(n)": 100, "SELECT n ORDER BY n": 2} {
		t.Run(statement, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			looked := 0
			var rows []clsql.Row
			for range 100 {
				rows = append(rows, cancelling{row{"n": "1"}, cancel, &looked})
			}
			q, err := clsql.Parse("* | "+statement, columns...)
			require.NoError(t, err)
			_, err = q.Run(ctx, rows)
			assert.ErrorIs(t, err, context.Canceled)
			assert.LessOrEqual(t, looked, most, "fields read after the end")
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`name:"a" AND (n:>1 OR NOT text:st*)`)
	f.Add(`* | SELECT name as k, MAX(n) as t WHERE name='nan' AND (n between 1 AND 3) GROUP BY name ORDER BY t desc, count(*) LIMIT 3`)
	f.Add(`n:>=1 | SELECT COUNT(*), avg(n) WHERE text LIKE '%a_b' OR n IN ('1', 2)`)
	f.Add(`* | SELECT *, n ORDER BY 1`)
	f.Fuzz(func(t *testing.T, query string) {
		q, err := clsql.Parse(query, columns...)
		if err != nil {
			return
		}
		var found []clsql.Row
		for _, r := range table {
			if q.Match(r) {
				found = append(found, r)
			}
		}
		if !q.HasStatement() {
			return
		}
		res, err := q.Run(context.Background(), found)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(res.Rows), clsql.MaxRows)
		for _, values := range res.Rows {
			assert.Len(t, values, len(res.Columns))
		}
	})
}

func ExampleQuery_Run() {
	rows := []clsql.Row{row{"name": "thumb", "status": "200"}, row{"name": "thumb", "status": "430"}}
	q, err := clsql.Parse("* | SELECT name, COUNT(*) AS n GROUP BY name")
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := q.Run(context.Background(), rows)
	fmt.Println(res.Columns[1].Name, res.Rows, err)
	// Output: n [[thumb 2]] <nil>
}
