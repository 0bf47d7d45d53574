package eventtest

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
)

// Keys are object keys that simple handling breaks: they look encoded, have slashes at odd places, repeat the wire's prefix.
func Keys() []string {
	return []string{
		"a.txt", "100%.txt", "a+b c", "//x", "x/", "a//b/", "中文/图 片.png", "a?b#c", "%2F", "%252F", "%", "%zz", "+", "a%20b",
		"1250000000/photos/x", "x/1250000000/photos/y", "photos/x", "!!!!!!!", `a"b\c`, "emoji-😀.png", "a&b=c;d", "~-._", "..", "a/../b",
	}
}

// Random makes a valid event: any type, the delivered wildcards and unknown names included, any shape of the wire, keys of all
// kinds. The same r gives the same events.
func Random(r *rand.Rand) event.Event {
	b := builders[r.IntN(len(builders))]
	typ := b.typ
	if r.IntN(16) == 0 {
		typ = event.Type("cos:Object" + word(r, 6) + ":" + word(r, 6))
	}
	regions := []string{"ap-guangzhou", "ap-shanghai", "ap-beijing-1", "na-siliconvalley", "eu-frankfurt", "ap-singapore", "ap-shenzhen-fsi"}
	opts := []Option{
		Bucket(event.Bucket{Name: strings.ToLower(word(r, 1+r.IntN(12))), AppID: "12500" + strconv.Itoa(10000+r.IntN(90000)), Region: regions[r.IntN(len(regions))]}),
		Key(randomKey(r)), Size(r.Int64N(1 << (1 + r.IntN(45)))), Time(time.Unix(1500000000+r.Int64N(300000000), 0).UTC()),
		SourceIP("198.51.100." + strconv.Itoa(r.IntN(256))), ContentType([]string{"", "image/png", "text/plain; charset=utf-8"}[r.IntN(3)]),
		Function(event.Target{Namespace: "default", Name: word(r, 5), Qualifier: []string{"$DEFAULT", "$LATEST", "7"}[r.IntN(3)]}),
	}
	for range r.IntN(4) {
		opts = append(opts, Meta(strings.ToLower(word(r, 1+r.IntN(8))), word(r, r.IntN(20))))
	}
	if r.IntN(3) == 0 {
		opts = append(opts, Version(hex16(r.Uint64())+hex16(r.Uint64())+"1650016156"))
	}
	if r.IntN(3) == 0 {
		opts = append(opts, Before2022())
	}
	return New(typ, opts...)
}

func word(r *rand.Rand, n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	out := make([]byte, n)
	for i := range out {
		out[i] = letters[r.IntN(len(letters))]
	}
	return string(out)
}

func randomKey(r *rand.Rand) string {
	if hard := Keys(); r.IntN(2) == 0 {
		return hard[r.IntN(len(hard))]
	}
	alphabet := []rune("abcXYZ019/-_. +%?#&=\"\\中图😀")
	var sb strings.Builder
	for range 1 + r.IntN(24) {
		sb.WriteRune(alphabet[r.IntN(len(alphabet))])
	}
	return sb.String()
}
