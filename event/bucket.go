package event

type Bucket struct{ Name, AppID, Region string }

func (b Bucket) ID() string   { return b.Name + "-" + b.AppID }
func (b Bucket) Host() string { return b.ID() + ".cos." + b.Region + ".myqcloud.com" }

// RegionCode is the short code that events carry ("sh"), or the region itself where no code is known.
func (b Bucket) RegionCode() string                 { panic("seam") }
func ParseBucket(id, region string) (Bucket, error) { panic("seam") }
func ParseBucketHost(host string) (Bucket, error)   { panic("seam") }
