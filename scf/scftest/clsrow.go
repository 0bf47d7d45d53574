package scftest

import (
	"encoding/json"
	"strconv"
	"strings"
)

// clsRow is one log line by its fields. They are made when a query asks for them: most lines are passed over.
type clsRow interface {
	field(name string) (string, bool)
	// any tells whether some field's value satisfies f.
	any(f func(value string) bool) bool
}

// value is a row's field, "" if it has none of that name.
func value(row clsRow, name string) string {
	v, _ := row.field(name)
	return v
}

// clsFields are the documented fields of a function's log.
var clsFields = []string{
	"SCF_FunctionName", "SCF_Namespace", "SCF_StartTime", "SCF_LogTime", "SCF_RequestId", "SCF_Duration", "SCF_Alias", "SCF_Qualifier",
	"SCF_MemUsage", "SCF_Level", "SCF_Message", "SCF_Type", "SCF_StatusCode", "SCF_RetryNum",
}

// logRow is a line of an execution's log.
type logRow struct {
	record *record
	line   line
	at     int64 // milliseconds
	index  int   // within the log
	parsed bool
	extra  map[string]string // members of a line that is JSON
}

func (w *logRow) field(name string) (string, bool) {
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

func (w *logRow) any(f func(string) bool) bool {
	for _, name := range clsFields {
		if f(value(w, name)) {
			return true
		}
	}
	for _, v := range w.members() {
		if f(v) {
			return true
		}
	}
	return false
}

// info is the line in the form of SearchLog's results.
func (w *logRow) info() logInfo {
	fields := map[string]string{}
	for k, v := range w.members() {
		fields[k] = v
	}
	for _, name := range clsFields {
		fields[name] = value(w, name)
	}
	b, _ := json.Marshal(fields)
	r := w.record
	return logInfo{
		Time: w.at, TopicID: r.topic, TopicName: "SCF_logtopic", Source: "198.51.100.1", HostName: r.function,
		PkgID: strings.ToUpper(strings.ReplaceAll(r.id, "-", "")) + "-" + strconv.Itoa(r.retry), PkgLogID: strconv.Itoa(w.index),
		LogJSON: string(b),
	}
}
