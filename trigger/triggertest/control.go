package triggertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/internal/coshost"
)

// controlPath begins the paths of the fake itself. No bucket's path begins like it: names have no underscore.
const controlPath = "/_cosevent/"

// isControl tells requests to the fake itself from those to the services.
func isControl(r *http.Request) bool {
	return !coshost.Is(r.Host) && (r.URL.Path == "/healthz" || strings.HasPrefix(r.URL.Path, controlPath))
}

// control answers what a program in another language needs of the methods of [Cloud].
func (c *Cloud) control(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /healthz", "HEAD /healthz":
		_, _ = io.WriteString(w, "ok\n")
	case "GET " + controlPath + "deliveries":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(deliveriesJSON(c.Deliveries())) // the connection may be gone
	case "POST " + controlPath + "advance":
		by := r.URL.Query().Get("by")
		d, err := time.ParseDuration(by)
		if err != nil || d <= 0 {
			http.Error(w, fmt.Sprintf("by is %q: want a positive duration, like 90s or 1m", by), http.StatusBadRequest)
			return
		}
		c.Advance(d)
		fmt.Fprintln(w, c.Now().UTC().Format(time.RFC3339))
	default:
		http.Error(w, "the fake itself answers GET /healthz, GET /_cosevent/deliveries and POST /_cosevent/advance?by=1m", http.StatusNotFound)
	}
}

// deliveryJSON is a delivery as other languages read it.
type deliveryJSON struct {
	Event      string          `json:"event"`
	Bucket     string          `json:"bucket"`
	Region     string          `json:"region"`
	Key        string          `json:"key"`
	VersionID  string          `json:"versionId,omitempty"`
	Time       time.Time       `json:"time"`
	Namespace  string          `json:"namespace,omitempty"`
	Function   string          `json:"function,omitempty"`
	Qualifier  string          `json:"qualifier,omitempty"`
	RequestID  string          `json:"requestId,omitempty"`
	Generation int             `json:"generation,omitempty"`
	State      string          `json:"state"`
	Reason     string          `json:"reason,omitempty"`
	Attempts   []attemptJSON   `json:"attempts,omitempty"`
	Payload    json.RawMessage `json:"payload,omitempty"`
}

type attemptJSON struct {
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	RetryNum   int       `json:"retryNum"`
	StatusCode int       `json:"statusCode"`
	Result     string    `json:"result,omitempty"`
	Error      string    `json:"error,omitempty"`
}

func deliveriesJSON(ds []Delivery) []deliveryJSON {
	out := make([]deliveryJSON, len(ds))
	for i, d := range ds {
		out[i] = deliveryJSON{
			Event: string(d.Event), Bucket: d.Bucket.ID(), Region: d.Bucket.Region, Key: d.Key, VersionID: d.VersionID, Time: d.Time,
			Namespace: d.Namespace, Function: d.Function, Qualifier: d.Qualifier, RequestID: d.RequestID,
			Generation: d.Generation, State: d.State.String(), Reason: d.Reason, Payload: d.Payload,
		}
		for _, a := range d.Attempts {
			out[i].Attempts = append(out[i].Attempts, attemptJSON{a.Start, a.End, a.RetryNum, a.StatusCode, a.Result, a.Error})
		}
	}
	return out
}
