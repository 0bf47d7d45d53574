package event

import (
	"context"
	"time"
)

type Event interface {
	EventType() Type
	Common() *Base
}
type Base struct {
	Type      Type
	Time      time.Time
	Bucket    Bucket
	Object    Object
	RequestID string
	SourceIP  string
	Function  Target
	Record    *Record
}

func (b *Base) EventType() Type { return b.Type }
func (b *Base) Common() *Base   { return b }
func (b *Base) ID() string      { panic("seam") }

type Object struct {
	Key, ETag, ContentType, StorageClass, VersionID, URL string
	Size                                                 int64
	Metadata                                             map[string]string
}
type Target struct{ Namespace, Name, Qualifier, Region, AppID string }

type (
	ObjectCreatedPut struct{ Base }
)

// Record is one element of Records, in the wire's own shape (cosBucket, cosObject, event …).
type Record struct {
	COS   RecordCOS
	Event RecordEvent
}
type RecordCOS struct {
	Bucket         RecordBucket
	NotificationID string
	Object         RecordObject
	SchemaVersion  string
}
type RecordBucket struct{ AppID, CosRegion, Name, Region, S3Region string }
type RecordObject struct {
	Key            string
	Meta           map[string]string
	Size           int64
	URL, VersionID string
}
type RecordEvent struct {
	Name, Queue, Source string
	Time                int64
	Version             string
	ReqID               int64
	RequestParameters   RequestParameters
	ReservedInfo        string
}
type RequestParameters struct {
	Headers  map[string]string
	SourceIP string
}

type Notification struct{ Records []Record }
type DecodeOption func()

func Decode(payload []byte, opts ...DecodeOption) ([]Event, error) { panic("seam") }
func Encode(n Notification) ([]byte, error)                        { panic("seam") }

type (
	Mux       struct{}
	MuxOption func(*Mux)
	Filter    func()
)

func NewMux(opts ...MuxOption) *Mux                                              { panic("seam") }
func On[E Event](m *Mux, h func(context.Context, E) error, filters ...Filter)    { panic("seam") }
func (m *Mux) OnCreated(h func(context.Context, Event) error, filters ...Filter) { panic("seam") }
func (m *Mux) OnRemoved(h func(context.Context, Event) error, filters ...Filter) { panic("seam") }
func (m *Mux) Invoke(ctx context.Context, payload []byte) ([]byte, error)        { panic("seam") }
func Prefix(p string) Filter                                                     { panic("seam") }
func Suffix(s string) Filter                                                     { panic("seam") }
