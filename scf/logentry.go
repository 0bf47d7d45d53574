package scf

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LogEntry is one line of a function's log.
type LogEntry struct {
	// Time is when the line was written, to the millisecond.
	Time time.Time
	// Message is the line: what the function printed, or the platform's START, END, Report and ERROR lines.
	Message string
	// Fields are the other members of a line that is a JSON object, which the log service takes apart.
	Fields map[string]string
	// Namespace, Function, Qualifier and Alias say whose it is.
	Namespace, Function, Qualifier, Alias string
	// RequestID is the invocation's id; retries have the same, with RetryNum above 0.
	RequestID string
	RetryNum  int
	// Level is like "INFO".
	Level string
	// Platform is true for lines of the platform, false for those of the function.
	Platform bool
	// StatusCode is that of the invocation as far as it was known when the line was written: 200 done, 202 running; see
	// [StatusText] for the others. 0 is unknown.
	StatusCode int
	// Started is when the invocation began, Duration how long it took, Memory what it used in bytes; zero while it runs.
	Started  time.Time
	Duration time.Duration
	Memory   int64
	// Note is set on an entry that is not a line of the log and says what it is instead.
	Note string
}

// Failed reports whether StatusCode is that of a failed invocation; cancelled (499) is not failed.
func (e *LogEntry) Failed() bool { return e.StatusCode >= 400 && e.StatusCode != 499 }

func (e *LogEntry) ended() bool { return e.StatusCode == 200 || e.StatusCode >= 400 }

// String is the line with time and request id.
func (e *LogEntry) String() string {
	var b strings.Builder
	if !e.Time.IsZero() {
		b.WriteString(e.Time.UTC().Format("2006-01-02T15:04:05.000Z") + " ")
	}
	if e.RequestID != "" {
		b.WriteString(e.RequestID + " ")
	}
	if e.RetryNum > 0 {
		fmt.Fprintf(&b, "retry %d ", e.RetryNum)
	}
	b.WriteString(e.Message)
	if e.Note != "" {
		b.WriteString(" (" + e.Note + ")")
	}
	return b.String()
}

// parseEntry reads a line of the log service. Fields of the wrong type are left out: a line is never lost.
func parseEntry(r *clsResult) *LogEntry {
	e := &LogEntry{Time: time.UnixMilli(r.Time)}
	var fields map[string]any
	d := json.NewDecoder(strings.NewReader(r.LogJson))
	d.UseNumber()
	if d.Decode(&fields) != nil {
		e.Message = r.LogJson
		if e.Message == "" {
			e.Message = r.RawLog
		}
		return e
	}
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		v := textOf(fields[k])
		switch k {
		case "SCF_Message":
			e.Message = strings.TrimRight(v, "\r\n")
		case "SCF_FunctionName":
			e.Function = v
		case "SCF_Namespace":
			e.Namespace = v
		case "SCF_Qualifier":
			e.Qualifier = v
		case "SCF_Alias":
			e.Alias = v
		case "SCF_RequestId":
			e.RequestID = v
		case "SCF_RetryNum":
			e.RetryNum = int(integer(v))
		case "SCF_Level":
			e.Level = v
		case "SCF_Type":
			e.Platform = v == "Platform"
		case "SCF_StatusCode":
			e.StatusCode = int(integer(v))
		case "SCF_StartTime":
			if ms := integer(v); ms > 0 {
				e.Started = time.UnixMilli(ms)
			}
		case "SCF_Duration":
			if ms, err := strconv.ParseFloat(v, 64); err == nil && ms >= 0 && ms < 1e12 {
				e.Duration = time.Duration(ms * float64(time.Millisecond))
			}
		case "SCF_MemUsage":
			if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 && n < 1e15 {
				e.Memory = int64(n)
			}
		case "SCF_LogTime":
		default:
			if e.Fields == nil {
				e.Fields = map[string]string{}
			}
			e.Fields[k] = v
		}
	}
	if e.Message == "" && len(e.Fields) > 0 {
		if b, err := json.Marshal(e.Fields); err == nil {
			e.Message = string(b)
		}
	}
	return e
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// integer reads whole numbers, which are also written as 1.0 and 1e3, and returns 0 for anything else.
func integer(s string) int64 {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		return int64(f)
	}
	return 0
}
