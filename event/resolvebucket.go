package event

import "strings"

// splitURL takes an object's url apart. path is what follows the first slash after the host, still encoded, with query and
// fragment if there are any; host is "" if u is no URL.
func splitURL(u string) (host, path string) {
	i := 0
	switch {
	case len(u) > 7 && foldEqual(u[:7], "http://"):
		i = 7
	case len(u) > 8 && foldEqual(u[:8], "https://"):
		i = 8
	default:
		return "", ""
	}
	if j := strings.IndexByte(u[i:], '/'); j >= 0 {
		return u[i : i+j], u[i+j+1:]
	}
	return "", ""
}

// resolveBucket finds the bucket that a record speaks of. What cosBucket lacks comes from the url's host, the key's first
// two parts and the eventQueue. The host is taken apart only where it is needed, which today's wire never does.
func resolveBucket(b *Bucket, c *RecordCOS, host, queueAppID, queueRegion string) {
	b.Name, b.AppID = c.Bucket.Name, c.Bucket.AppID
	withID := b.AppID != "" && len(b.Name) > len(b.AppID) && b.Name[len(b.Name)-len(b.AppID):] == b.AppID
	if b.Name != "" && b.AppID != "" && !withID && strings.IndexByte(c.Bucket.CosRegion, '-') >= 0 {
		b.Region = c.Bucket.CosRegion
		return
	}
	hostID, hostRegion := "", ""
	if host != "" {
		id, region, problem := splitHost(host)
		if problem == "" {
			hostID, hostRegion = id, region
			if long := regionOf(region); long != "" {
				hostRegion = long
			}
		}
	}
	b.Region = longRegion(c.Bucket.CosRegion, c.Bucket.S3Region, c.Bucket.Region, hostRegion, queueRegion)
	if b.Name == "" || b.AppID == "" {
		b.Name, b.AppID = fillBucket(*b, hostID, c.Object.Key, queueAppID)
		return
	}
	// Some write the name with the APPID, which the platform never does. The host tells which it is; without one, a name
	// that ends in just this APPID has it.
	if name, appid, ok := cutAppID(b.Name); ok && appid == b.AppID && hostID != b.ID() {
		b.Name = name
	}
}

// fillBucket finds name and APPID where one of them is missing.
func fillBucket(b Bucket, hostID, key, queueAppID string) (name, appid string) {
	name, appid = b.Name, b.AppID
	hostName, hostApp, _ := cutAppID(hostID)
	if hostApp != "" && (name == "" || name == hostName || name == hostID) && (appid == "" || appid == hostApp) {
		return hostName, hostApp
	}
	keyApp, rest, ok := cutByte(strings.TrimPrefix(key, "/"), '/')
	if keyName, _, ok2 := cutByte(rest, '/'); ok && ok2 && strings.HasPrefix(key, "/") && isAppID(keyApp) &&
		(name == keyName || name == "" && appid == keyApp) && (appid == "" || appid == keyApp) {
		name, appid = keyName, keyApp
	}
	if short, end, ok := cutAppID(name); ok && (appid == "" || appid == end) {
		return short, end
	}
	if appid == "" && name != "" {
		appid = queueAppID
	}
	return name, appid
}
