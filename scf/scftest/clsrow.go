package scftest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/clsql"
)

// logColumns are the documented fields of a function's log.
var logColumns = []clsql.Column{
	{Name: "SCF_FunctionName", Type: clsql.VarChar}, {Name: "SCF_Namespace", Type: clsql.VarChar},
	{Name: "SCF_StartTime", Type: clsql.BigInt}, {Name: "SCF_LogTime", Type: clsql.BigInt},
	{Name: "SCF_RequestId", Type: clsql.VarChar}, {Name: "SCF_Duration", Type: clsql.BigInt},
	{Name: "SCF_Alias", Type: clsql.VarChar}, {Name: "SCF_Qualifier", Type: clsql.VarChar},
	{Name: "SCF_MemUsage", Type: clsql.Double}, {Name: "SCF_Level", Type: clsql.VarChar},
	{Name: "SCF_Message", Type: clsql.VarChar, FullText: true}, {Name: "SCF_Type", Type: clsql.VarChar},
	{Name: "SCF_StatusCode", Type: clsql.BigInt}, {Name: "SCF_RetryNum", Type: clsql.BigInt},
}

// logRow is a line of an execution's log as a row of the log service. Its fields are made when a query asks for them: most
// lines are passed over.
type logRow struct {
	record *record
	line   line
	at     int64 // milliseconds
	index  int   // within the log
	parsed bool
	extra  map[string]string // members of a line that is JSON
}

// Field returns a field of the line.
func (w *logRow) Field(name string) (string, bool) {
	r := w.record
	switch name {
	case "SCF_FunctionName":
		return r.function, true
	case "SCF_Namespace":
		return r.namespace, true
	case "SCF_StartTime":
		return strconv.FormatInt(r.start.UnixMilli(), 10), true
	case "SCF_LogTime":
		return strconv.FormatInt(w.at, 10), true
	case "SCF_RequestId":
		return r.id, true
	case "SCF_Duration":
		return strconv.FormatInt(r.duration.Milliseconds(), 10), true
	case "SCF_Alias":
		return r.alias, true
	case "SCF_Qualifier":
		return r.qualifier, true
	case "SCF_MemUsage":
		return strconv.FormatInt(r.mem, 10), true
	case "SCF_Level":
		return "INFO", true
	case "SCF_Message":
		return r.text(w.line), true
	case "SCF_Type":
		if w.line.kind == lineUser {
			return "Custom", true
		}
		return "Platform", true
	case "SCF_StatusCode":
		if !w.line.kind.final() {
			return "202", true // it still ran
		}
		return strconv.Itoa(r.status), true
	case "SCF_RetryNum":
		return strconv.Itoa(r.retry), true
	}
	v, ok := w.members()[name]
	return v, ok
}

// members are the first-level members of a user's line that is one JSON object: they are fields too.
func (w *logRow) members() map[string]string {
	if w.parsed || w.line.kind != lineUser {
		return w.extra
	}
	w.parsed = true
	text := strings.TrimSpace(w.record.text(w.line))
	if !strings.HasPrefix(text, "{") {
		return nil
	}
	var m map[string]any
	if json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	w.extra = map[string]string{}
	for k, v := range m {
		if s, ok := v.(string); ok {
			w.extra[k] = s
		} else if b, err := json.Marshal(v); err == nil {
			w.extra[k] = string(b)
		}
	}
	return w.extra
}

// Fields calls yield for each field of the line. A member of a JSON line does not hide a documented field of the same name.
func (w *logRow) Fields(yield func(name, value string) bool) {
	for _, c := range logColumns {
		v, _ := w.Field(c.Name)
		if !yield(c.Name, v) {
			return
		}
	}
	for name, v := range w.members() {
		if !slices.ContainsFunc(logColumns, func(c clsql.Column) bool { return c.Name == name }) && !yield(name, v) {
			return
		}
	}
}

// info is the line in the form of SearchLog's results.
func (w *logRow) info() logInfo {
	fields := maps.Collect(w.Fields)
	b, _ := json.Marshal(fields)
	r := w.record
	return logInfo{
		Time: w.at, TopicID: r.topic, TopicName: "SCF_logtopic", Source: "198.51.100.1", HostName: r.function,
		PkgID: strings.ToUpper(strings.ReplaceAll(r.id, "-", "")) + "-" + strconv.Itoa(r.retry), PkgLogID: strconv.Itoa(w.index),
		LogJSON: string(b),
	}
}
